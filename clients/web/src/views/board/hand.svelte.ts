/* hand.svelte.ts - what a pointer does on the map: takes hold of cards and sections, sizes them, draws rectangles, and
 * chooses. */
import { isBefore } from '../../store/board-order'
import { holds } from '../../store/board-query'
import { toPlane, type Point, type Rect } from '../../ui/canvas/camera'
import type { Drag, Tap } from '../../ui/canvas/gestures'
import type { OpenedBoard, Target } from './board.svelte'
import { addCardAt, SECTION } from './place'

export interface HandIntentions {
  rename: (section: string) => void
  addSection: (rect: Rect) => void
  /** Nothing was pointed at: the keys are the map's. */
  leave: () => void
  /** Seen from so far away that cards are drawn on the canvas. */
  isFar: () => boolean
}

/** A rectangle being drawn: a new section, or around what is to be selected. */
export interface Sketch extends Rect {
  readonly of: 'section' | 'selection'
}

/** To the grain of the arrow keys, so that what is dragged and what is moved by keys can stand in line. */
const snap = (value: number) => Math.round(value / 8) * 8

export class Hand {
  sketch = $state.raw<Sketch>()
  /** The card that had the focus before the press, which takes it over at once. */
  #before: string | undefined

  constructor(
    readonly board: OpenedBoard,
    readonly intend: HandIntentions,
  ) {}

  readonly press = (): void => void (this.#before = this.board.focusedCard?.id)

  /** What lies at a point of the screen, uppermost first: what is drawn on the canvas is found by its place. */
  #at(point: Point, element: EventTarget | null): Target | undefined {
    const hit = element instanceof Element ? element.closest<HTMLElement>('[data-card],[data-section-head]') : null
    if (hit?.dataset.card) return { kind: 'card', id: hit.dataset.card }
    if (hit?.dataset.sectionHead) return { kind: 'section', id: hit.dataset.sectionHead }
    if (!this.intend.isFar() || !this.board.shown) return undefined
    const on = this.#onPlane(point)
    const found = this.board.grid.within({ ...on, width: 1, height: 1 }).filter((card) => holds(card, on))
    const last = found.sort((a, b) => (isBefore(a, b) ? -1 : 1)).pop()
    return last && { kind: 'card', id: last.id }
  }

  readonly grab = (event: PointerEvent, from: Point): Drag | undefined => {
    const { board } = this
    const element = event.target
    if (board.tool === 'section') return this.#draw('section', from)
    const sizer = element instanceof Element ? element.closest<HTMLElement>('[data-sizer]') : null
    if (sizer && board.focus) return this.#resize(board.focus, from)
    const target = this.#at(from, element)
    const isSelected = target !== undefined && board.selection.has(target.id)
    if (board.tool === 'many' && !isSelected) return this.#draw('selection', from)
    if (!target) return event.shiftKey && event.pointerType !== 'touch' ? this.#draw('selection', from) : undefined
    if (board.others.held.has(target.id) || board.writing?.id === target.id) return undefined
    // A finger pans over what is not chosen, or one could not get past the cards.
    if (event.pointerType === 'touch' && board.focus?.id !== target.id && !isSelected) return undefined
    return this.#carry(target, from)
  }

  #carry(target: Target, from: Point): Drag | undefined {
    const { board } = this
    const thing = target.kind === 'card' ? board.card(target.id) : board.section(target.id)
    if (!thing) return undefined
    if (!board.selection.has(target.id)) board.selection.clear(true)
    board.focusOn(target, { isShown: false })
    board.moves.begin(target, 'pointer')
    const grip = this.#onPlane(from)
    const [dx, dy] = [thing.x - grip.x, thing.y - grip.y]
    return {
      move: (to) => {
        const on = this.#onPlane(to)
        board.moves.to({ x: snap(on.x + dx), y: snap(on.y + dy) })
      },
      drop: () => board.moves.drop(),
      cancel: () => board.moves.cancel(),
    }
  }

  #resize(target: Target, from: Point): Drag {
    const { board } = this
    const { moves, view } = board
    const thing = (target.kind === 'card' ? board.card(target.id) : board.section(target.id))!
    return {
      move: (to) => moves.size(target, thing.width + (to.x - from.x) / view.camera.zoom, thing.height + (to.y - from.y) / view.camera.zoom),
      drop: () => moves.dropSize(),
      cancel: () => moves.cancel(),
    }
  }

  #draw(of: Sketch['of'], from: Point): Drag {
    const start = this.#onPlane(from)
    const before = this.board.selection.ids
    const end = () => (this.sketch = undefined)
    return {
      move: (to) => {
        this.sketch = { of, ...between(start, this.#onPlane(to)) }
        if (of === 'selection') this.#select(before, this.sketch)
      },
      drop: () => {
        const rect = this.sketch
        end()
        if (of === 'selection') return this.board.selection.say()
        this.board.tool = 'select'
        if (rect) this.intend.addSection({ x: rect.x, y: rect.y, width: rect.width, height: rect.height })
      },
      cancel: () => {
        end()
        if (of === 'selection') this.board.selection.preview(before)
      },
    }
  }

  /** What the rectangle touches comes to what was selected. */
  #select(before: ReadonlySet<string>, rect: Rect): void {
    this.board.selection.preview([...before, ...this.board.grid.within(rect).map((card) => card.id)])
  }

  readonly tap = ({ at: point, count, event }: Tap): void => {
    const { board } = this
    if (event.target instanceof Element && event.target.closest('[data-sizer]')) return
    const target = this.#at(point, event.target)
    const on = this.#onPlane(point)
    if (board.tool === 'card' || board.tool === 'section') return this.#put(board.tool, on)
    if (!target) return this.#tapBoard(on, count, event)
    if (target.kind === 'card' && this.#isAdding(event)) return this.#add(target.id)
    if (count === 1) {
      board.selection.clear(true)
      return board.focusOn(target, { isShown: false })
    }
    if (target.kind === 'section') return this.intend.rename(target.id)
    const card = board.card(target.id)
    if (this.intend.isFar() && card) return board.view.approach(card)
    board.write(target.id)
  }

  /** A finger that rests on a card begins a selection with it, or adds it. */
  readonly hold = ({ at, event }: Tap): void => {
    const target = this.#at(at, event.target)
    if (target?.kind !== 'card' || this.board.tool === 'card' || this.board.tool === 'section') return
    this.#before = undefined
    this.#add(target.id)
  }

  /** With a key held; with the tool for it; and with a finger once something is selected, since it has no keys. */
  #isAdding(event: PointerEvent): boolean {
    const { tool, selection } = this.board
    return event.shiftKey || event.ctrlKey || event.metaKey || tool === 'many' || (event.pointerType === 'touch' && selection.size > 0)
  }

  /** The first comes together with the focused card, which looks chosen already. */
  #add(card: string): void {
    const { selection } = this.board
    if (selection.size === 0 && this.#before !== undefined && this.#before !== card && this.board.tool !== 'many') selection.add(this.#before, card)
    else selection.toggle(card)
    this.board.focusOn({ kind: 'card', id: card }, { isShown: false })
  }

  #tapBoard(on: Point, count: number, event: PointerEvent): void {
    const { board } = this
    if (event.shiftKey || event.ctrlKey || event.metaKey) return
    if (count === 2 && board.tool === 'select') return this.#put('card', on)
    board.selection.clear()
    board.focusOn(undefined)
    this.intend.leave()
  }

  #put(what: 'card' | 'section', on: Point): void {
    const { board } = this
    board.tool = 'select'
    if (what === 'section') return this.intend.addSection({ x: snap(on.x), y: snap(on.y), ...SECTION })
    const card = addCardAt(board, on)
    if (card) board.write(card, true)
  }

  #onPlane(point: Point): Point {
    return toPlane(this.board.view.camera, point)
  }
}

const between = (a: Point, b: Point): Rect => ({ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) })
