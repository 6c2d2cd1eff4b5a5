/* view.svelte.ts - what of the board is seen: the camera over it and the window it is seen through. */
import { around, begin, fit, panBy, reveal, seen, toPlane, zoomAt, zoomStep, type Camera, type Edges, type Point, type Rect, type Size } from '../../ui/canvas/camera'

/** Tools lie over these edges. */
const EDGES: Edges = { left: 88, top: 32, right: 32, bottom: 72 }
const NARROW: Edges = { left: 16, top: 16, right: 16, bottom: 92 }
const NARROW_PX = 700
/** Drawn beyond what is seen, in pixels, so that panning meets no bare places. */
const BEYOND_PX = 200
/** As much as can be read is shown at first, from the beginning. */
const FIRST_ZOOM_LEAST = 0.8
const GLIDE_MS = 160

export class View {
  camera = $state.raw<Camera>({ x: 0, y: 0, zoom: 1 })
  size = $state.raw<Size>({ width: 0, height: 0 })
  /** How much of the upper edge is covered for now. */
  covered = $state(0)
  #isPlaced = false
  #frame = 0

  readonly drawn = $derived(around(seen(this.camera, this.size), BEYOND_PX / this.camera.zoom))

  get edges(): Edges {
    const edges = this.size.width < NARROW_PX ? NARROW : EDGES
    return this.covered > 0 ? { ...edges, top: edges.top + this.covered } : edges
  }

  get middle(): Point {
    const { left, top, right, bottom } = this.edges
    return toPlane(this.camera, { x: (left + this.size.width - right) / 2, y: (top + this.size.height - bottom) / 2 })
  }

  readonly look = (camera: Camera): void => {
    cancelAnimationFrame(this.#frame)
    this.camera = camera
    this.#isPlaced = true
  }

  /** The first look, when both the window and the board are known. Later ones change nothing. */
  place(bounds: Rect | undefined): void {
    if (this.#isPlaced || this.size.width === 0) return
    this.#isPlaced = true
    const { left, top } = this.edges
    this.camera = bounds ? begin(bounds, this.size, this.edges, 1, this.size.width < NARROW_PX ? 1 : FIRST_ZOOM_LEAST) : { x: left + 40, y: top + 40, zoom: 1 }
  }

  panBy(by: Point): void {
    this.look(panBy(this.camera, by))
  }

  zoomTo(zoom: number): void {
    this.#glide(zoomAt(this.camera, { x: this.size.width / 2, y: this.size.height / 2 }, zoom))
  }

  step(step: 1 | -1): void {
    this.zoomTo(zoomStep(this.camera.zoom, step))
  }

  showAll(bounds: Rect | undefined): void {
    if (bounds) this.#glide(fit(bounds, this.size, this.edges))
  }

  reveal(rect: Rect): void {
    if (this.size.width === 0) return
    const camera = reveal(this.camera, rect, this.size, this.edges)
    if (camera !== this.camera) this.#glide(camera)
  }

  /** From far away to where a card can be read. */
  approach(rect: Rect): void {
    this.#glide(fit({ x: rect.x - 200, y: rect.y - 120, width: rect.width + 400, height: rect.height + 240 }, this.size, this.edges))
  }

  #glide(to: Camera): void {
    cancelAnimationFrame(this.#frame)
    this.#isPlaced = true
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.camera = to
      return
    }
    const from = this.camera
    const start = performance.now()
    const step = (now: number) => {
      const t = Math.min(1, Math.max(0, (now - start) / GLIDE_MS))
      const eased = 1 - (1 - t) ** 3
      const mix = (a: number, b: number) => a + (b - a) * eased
      this.camera = t === 1 ? to : { x: mix(from.x, to.x), y: mix(from.y, to.y), zoom: mix(from.zoom, to.zoom) }
      if (t < 1) this.#frame = requestAnimationFrame(step)
    }
    this.#frame = requestAnimationFrame(step)
  }
}
