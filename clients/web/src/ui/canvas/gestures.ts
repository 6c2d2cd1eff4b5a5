/* gestures.ts - pan, zoom, pinch and drag on a surface, with mouse, pen, fingers and trackpad. By hand.
 *
 * One pointer on something that can be taken hold of drags it; on anything else it pans. A second pointer makes it
 * a pinch, and puts back what was being dragged. A press that does not move is a tap; a finger that stays is a hold. */
import { panBy, zoomAt, type Camera, type Point } from './camera'

/** Something being dragged. Points are in pixels from the surface's corner. */
export interface Drag {
  move(at: Point): void
  drop(at: Point): void
  /** Put back as if nothing had happened. */
  cancel(): void
}

export interface Tap {
  at: Point
  /** 2 for the second of two quick ones at the same place. */
  count: number
  event: PointerEvent
}

export interface Surface {
  camera: () => Camera
  look: (camera: Camera) => void
  /** What a press here takes hold of, once it has moved; undefined pans. */
  grab: (event: PointerEvent, at: Point) => Drag | undefined
  tap: (tap: Tap) => void
  /** A finger that has rested; it may drag from there, and is no tap any more. */
  hold?: (tap: Tap) => void
  /** Whether the surface is being panned, for the pointer's shape. */
  panning?: (isPanning: boolean) => void
  hover?: (at: Point | undefined) => void
}

const STILL_MOUSE = 4
const STILL_TOUCH = 9
const HOLD_MS = 450
const TWICE_MS = 350
const TWICE_PX = 24
const EDGE = 36
const LINE = 16

interface Press {
  id: number
  from: Point
  at: Point
  last: Point
  event: PointerEvent
  still: number
  hasMoved: boolean
  isHeld: boolean
  drag?: Drag
}

/** For `{@attach gestures(surface)}`. */
export function gestures(surface: Surface): (node: HTMLElement) => () => void {
  return (node) => new Gestures(node, surface).listen()
}

class Gestures {
  #presses = new Map<number, Press>()
  #pinch: { distance: number; middle: Point } | undefined
  #lastTap: { at: Point; time: number; count: number } | undefined
  #frame = 0
  #holding: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly node: HTMLElement,
    readonly surface: Surface,
  ) {}

  listen(): () => void {
    const { node } = this
    const stop = new AbortController()
    const { signal } = stop
    node.addEventListener('pointerdown', (event) => this.#down(event), { signal })
    node.addEventListener('pointermove', (event) => this.#move(event), { signal })
    node.addEventListener('pointerup', (event) => this.#up(event), { signal })
    node.addEventListener('pointercancel', (event) => this.#cancel(event), { signal })
    // A finger's capture is taken over from what it touched, which then says that it lost it: not a loss of ours.
    node.addEventListener('lostpointercapture', (event) => event.target === node && this.#cancel(event), { signal })
    node.addEventListener('pointerleave', () => this.surface.hover?.(undefined), { signal })
    node.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false })
    // What a browser does after a finger has rested would take the finger from us.
    node.addEventListener('contextmenu', (event) => this.#isTouched && event.preventDefault(), { signal })
    // Safari reports a trackpad's pinch in a way of its own; without this it would zoom the page.
    node.addEventListener('gesturestart', (event) => event.preventDefault(), { signal })
    window.addEventListener('keydown', (event) => event.key === 'Escape' && this.#putBack(), { signal, capture: true })
    return () => {
      cancelAnimationFrame(this.#frame)
      this.#putBack()
      stop.abort()
    }
  }

  #at(event: { clientX: number; clientY: number }): Point {
    const box = this.node.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  #down(event: PointerEvent): void {
    const isMiddle = event.pointerType === 'mouse' && event.button === 1
    if (event.button !== 0 && !isMiddle) return
    if (event.target instanceof Element && event.target.closest('[data-no-gesture]')) return
    if (isMiddle) event.preventDefault()
    const at = this.#at(event)
    const still = event.pointerType === 'touch' ? STILL_TOUCH : STILL_MOUSE
    this.#presses.set(event.pointerId, { id: event.pointerId, from: at, at, last: at, event, still, hasMoved: false, isHeld: false })
    clearTimeout(this.#holding)
    if (this.#isTouched && this.#presses.size === 1) this.#holding = setTimeout(() => this.#held(event.pointerId), HOLD_MS)
    if (this.#presses.size === 2) {
      for (const press of this.#presses.values()) {
        press.drag?.cancel()
        press.drag = undefined
        press.hasMoved = true
      }
      this.#pinch = this.#span()
    }
  }

  get #isTouched(): boolean {
    return [...this.#presses.values()].some((press) => press.event.pointerType === 'touch')
  }

  #held(id: number): void {
    const press = this.#presses.get(id)
    if (!press || press.hasMoved || !this.surface.hold) return
    press.isHeld = true
    this.surface.hold({ at: press.at, count: 1, event: press.event })
  }

  #move(event: PointerEvent): void {
    const at = this.#at(event)
    this.surface.hover?.(at)
    const press = this.#presses.get(event.pointerId)
    if (!press) return
    press.at = at
    if (this.#pinch) return this.#pinched()
    if (!press.hasMoved) {
      if (Math.hypot(at.x - press.from.x, at.y - press.from.y) < press.still) return
      press.hasMoved = true
      this.node.setPointerCapture(press.id)
      press.drag = press.event.button === 0 ? this.surface.grab(press.event, press.from) : undefined
      if (!press.drag) this.surface.panning?.(true)
      // A finger's first pixels were spent on telling a drag from a tap.
      press.last = press.drag ? press.from : at
    }
    if (press.drag) {
      press.drag.move(at)
      this.#followEdge(press)
    } else {
      this.surface.look(panBy(this.surface.camera(), { x: at.x - press.last.x, y: at.y - press.last.y }))
    }
    press.last = at
  }

  #up(event: PointerEvent): void {
    const press = this.#presses.get(event.pointerId)
    if (!press) return
    this.#presses.delete(event.pointerId)
    this.#end()
    if (press.drag) press.drag.drop(press.at)
    else if (!press.hasMoved && !press.isHeld && event.button === 0) this.#tapped(press)
  }

  #cancel(event: PointerEvent): void {
    const press = this.#presses.get(event.pointerId)
    if (!press) return
    this.#presses.delete(event.pointerId)
    press.drag?.cancel()
    this.#end()
  }

  #end(): void {
    clearTimeout(this.#holding)
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.#pinch = undefined
    this.surface.panning?.(false)
    // The finger that stays goes on panning from where it is.
    for (const press of this.#presses.values()) press.last = press.at
  }

  #putBack(): void {
    for (const press of this.#presses.values()) {
      press.drag?.cancel()
      press.drag = undefined
    }
    this.#presses.clear()
    this.#end()
  }

  #tapped(press: Press): void {
    const last = this.#lastTap
    const now = press.event.timeStamp
    const isAgain = last && now - last.time < TWICE_MS && Math.hypot(last.at.x - press.at.x, last.at.y - press.at.y) < TWICE_PX
    const count = isAgain ? last.count + 1 : 1
    this.#lastTap = { at: press.at, time: now, count }
    this.surface.tap({ at: press.at, count, event: press.event })
  }

  #span(): { distance: number; middle: Point } {
    const [a, b] = [...this.#presses.values()]
    const [p, q] = [a!.at, b!.at]
    return { distance: Math.max(1, Math.hypot(p.x - q.x, p.y - q.y)), middle: { x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 } }
  }

  #pinched(): void {
    if (this.#presses.size < 2) return
    const before = this.#pinch!
    const now = this.#span()
    const camera = panBy(this.surface.camera(), { x: now.middle.x - before.middle.x, y: now.middle.y - before.middle.y })
    this.surface.look(zoomAt(camera, now.middle, (camera.zoom * now.distance) / before.distance))
    this.#pinch = now
  }

  #wheel(event: WheelEvent): void {
    if (event.target instanceof Element && event.target.closest('[data-scrolls]')) return
    event.preventDefault()
    const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? this.node.clientHeight : 1
    const camera = this.surface.camera()
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY * unit)) * 0.01)
      return this.surface.look(zoomAt(camera, this.#at(event), camera.zoom * factor))
    }
    const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY]
    this.surface.look(panBy(camera, { x: -dx * unit, y: -dy * unit }))
  }

  /** What is dragged to the edge takes the surface with it. */
  #followEdge(press: Press): void {
    if (this.#frame) return
    const step = () => {
      this.#frame = 0
      if (!press.drag || !this.#presses.has(press.id)) return
      const { clientWidth, clientHeight } = this.node
      const pull = (at: number, size: number) => (at < EDGE ? Math.min(EDGE, EDGE - at) : at > size - EDGE ? -Math.min(EDGE, at - size + EDGE) : 0)
      const by = { x: pull(press.at.x, clientWidth) * 0.35, y: pull(press.at.y, clientHeight) * 0.35 }
      if (by.x === 0 && by.y === 0) return
      this.surface.look(panBy(this.surface.camera(), by))
      press.drag.move(press.at)
      this.#frame = requestAnimationFrame(step)
    }
    this.#frame = requestAnimationFrame(step)
  }
}
