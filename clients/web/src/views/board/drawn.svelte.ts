/* drawn.svelte.ts - which cards and sections of a board are drawn, and how: near by as elements, from far away on the
 * canvas. */
import type { Card } from '../../protocol'
import { isBefore } from '../../store/board-order'
import { overlaps } from '../../store/board-query'
import type { OpenedBoard } from './board.svelte'

const FAR_ZOOM = 0.4
/** Above the first, cards are drawn on the canvas; below the second they are elements again. */
const MANY = 400
const FEWER = 360

export class Drawn {
  #wasMany = false

  constructor(readonly board: OpenedBoard) {}

  readonly near = $derived.by(() => (this.board.shown ? this.board.grid.within(this.board.view.drawn) : []))
  readonly isFar = $derived.by(() => {
    this.#wasMany = this.near.length > (this.#wasMany ? FEWER : MANY)
    return this.#wasMany || this.board.view.camera.zoom < FAR_ZOOM
  })

  /** Cards that stay elements however far away they are, or beyond what is seen: someone is at work on them. */
  readonly busy = $derived.by(() => {
    const { focusedCard, writing, others } = this.board
    return new Set([focusedCard?.id, writing?.id, ...others.held.keys(), ...others.writing.keys()].filter((id) => id !== undefined))
  })

  /** In our own hand, wherever they lay before. */
  readonly #inHand = $derived.by(() => {
    const { moves, shown } = this.board
    return [...(moves.moving?.cards.keys() ?? [])].map((id) => shown?.cards.get(id)).filter((card) => card !== undefined)
  })

  readonly #moving = $derived.by(() => this.board.moves.moving?.target.id)

  readonly faces = $derived.by(() => {
    const { shown, focus } = this.board
    if (!shown) return []
    const chosen = new Map<string, Card>()
    if (!this.isFar) for (const card of this.near) chosen.set(card.id, card)
    if (!this.isFar) for (const card of this.#inHand) if (this.#isSeen(card)) chosen.set(card.id, card)
    for (const id of this.busy) {
      const card = shown.cards.get(id)
      if (card && (id === this.#moving || id === focus?.id || this.#isSeen(card))) chosen.set(id, card)
    }
    const rank = new Map(shown.sectionOrder.map((id, i) => [id as string | undefined, i]))
    const rankOf = (card: Card) => rank.get(card.section) ?? shown.sectionOrder.length
    return [...chosen.values()].sort((a, b) => rankOf(a) - rankOf(b) || (isBefore(a, b) ? -1 : 1))
  })

  readonly sheets = $derived.by(() => {
    const { shown, view } = this.board
    const all = (shown?.sectionOrder ?? []).map((id) => shown!.sections.get(id)!)
    return all.filter((section) => section.id === this.#moving || overlaps(section, view.drawn))
  })

  /** Those that are drawn on the canvas. */
  readonly painted = $derived.by(() => {
    if (!this.isFar) return []
    const cards = new Map([...this.near, ...this.#inHand].map((card) => [card.id, card]))
    return [...cards.values()].filter((card) => !this.busy.has(card.id))
  })

  /** Of these, where those are that our hand has. */
  readonly moved = $derived.by(() => (this.isFar && this.board.shown ? this.board.moves.placesIn(this.board.shown) : new Map()))

  /** Whether the element that has the roving focus is there. */
  readonly isRovingDrawn = $derived.by(() => {
    const { focus } = this.board
    if (!focus) return false
    return focus.kind === 'card' ? this.faces.some((card) => card.id === focus.id) : this.sheets.some((one) => one.id === focus.id)
  })

  #isSeen(card: Card): boolean {
    return overlaps({ ...card, ...this.board.placeOf(card) }, this.board.view.drawn)
  }
}
