/* paint.ts - what is drawn on a canvas: the crosses below a board, and from far away its cards. */
import type { Camera, Point, Rect, Size } from './camera'

export interface Painted extends Rect {
  id: string
  colour: string
  text: string
}

export interface Palette {
  cross: string
  ink: string
  font: string
  notes: Readonly<Record<string, string>>
  edge: string
  focus: string
}

const CROSS_EVERY = 64
const CROSS_ARM = 3
/** Crosses stand no closer than this on the screen. */
const CROSS_LEAST = 44
const TITLE_LEAST_PX = 7
const EDGE_LEAST_ZOOM = 0.2

/** The colours as they are now; asked for again when the theme changes. */
export function paletteOf(element: Element, colours: readonly string[]): Palette {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    cross: read('--ctl'),
    ink: read('--ink'),
    font: read('--font') || 'sans-serif',
    edge: read('--line'),
    focus: read('--focus'),
    notes: Object.fromEntries(colours.map((colour) => [colour, read(`--note-${colour}`)])),
  }
}

/** Makes the canvas as sharp as the screen, and answers its context in CSS pixels. */
export function prepare(canvas: HTMLCanvasElement, size: Size): CanvasRenderingContext2D | undefined {
  const ratio = Math.min(2, window.devicePixelRatio || 1)
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)]
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height]
  const context = canvas.getContext('2d') ?? undefined
  context?.setTransform(ratio, 0, 0, ratio, 0, 0)
  context?.clearRect(0, 0, size.width, size.height)
  return context
}

export function paintCrosses(context: CanvasRenderingContext2D, camera: Camera, size: Size, palette: Palette): void {
  let every = CROSS_EVERY * camera.zoom
  while (every < CROSS_LEAST) every *= 2
  const first = (offset: number) => ((offset % every) + every) % every
  context.beginPath()
  for (let x = first(camera.x) - every; x < size.width + every; x += every) {
    for (let y = first(camera.y) - every; y < size.height + every; y += every) {
      const [cx, cy] = [Math.round(x) + 0.5, Math.round(y) + 0.5]
      context.moveTo(cx - CROSS_ARM, cy)
      context.lineTo(cx + CROSS_ARM, cy)
      context.moveTo(cx, cy - CROSS_ARM)
      context.lineTo(cx, cy + CROSS_ARM)
    }
  }
  context.strokeStyle = palette.cross
  context.globalAlpha = 0.3
  context.lineWidth = 1
  context.stroke()
  context.globalAlpha = 1
}

/** `moved` are those that lie elsewhere for now, `chosen` those that are selected. Cards are drawn colour by colour, since changing the colour costs
 * more than a rectangle does. */
export function paintCards(
  context: CanvasRenderingContext2D,
  camera: Camera,
  cards: readonly Painted[],
  moved: ReadonlyMap<string, Point>,
  chosen: ReadonlySet<string>,
  palette: Palette,
): void {
  const { zoom } = camera
  const left = (card: Painted) => (moved.get(card.id)?.x ?? card.x) * zoom + camera.x
  const top = (card: Painted) => (moved.get(card.id)?.y ?? card.y) * zoom + camera.y
  const byColour = new Map<string, Painted[]>()
  for (const card of cards) {
    const alike = byColour.get(card.colour)
    if (alike) alike.push(card)
    else byColour.set(card.colour, [card])
  }
  for (const [colour, alike] of byColour) {
    context.fillStyle = palette.notes[colour] ?? palette.edge
    for (const card of alike) context.fillRect(left(card), top(card), Math.max(1, card.width * zoom), Math.max(1, card.height * zoom))
  }
  context.strokeStyle = palette.focus
  context.lineWidth = 2
  for (const card of chosen.size > 0 ? cards : []) {
    if (chosen.has(card.id)) context.strokeRect(left(card) - 2, top(card) - 2, card.width * zoom + 4, card.height * zoom + 4)
  }
  context.fillStyle = palette.ink
  if (zoom >= EDGE_LEAST_ZOOM) {
    context.globalAlpha = 0.28
    for (const card of cards) context.fillRect(left(card), top(card), card.width * zoom, 4 * zoom)
    context.globalAlpha = 1
  }
  const size = 15 * zoom
  if (size < TITLE_LEAST_PX) return
  context.textBaseline = 'top'
  context.font = `550 ${size}px ${palette.font}`
  for (const card of cards) {
    if (card.text === '') continue
    // One line is what can be read from here; it ends where the card ends, without the cost of measuring or a clip.
    const room = Math.floor((card.width * zoom - 16 * zoom) / (size * 0.56))
    const line = card.text.length > room ? `${card.text.slice(0, Math.max(0, room - 1)).trimEnd()}…` : card.text
    context.fillText(line.replace(/\s+/g, ' '), left(card) + 8 * zoom, top(card) + 14 * zoom)
  }
}
