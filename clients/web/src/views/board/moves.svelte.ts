/* moves.svelte.ts - cards or a section on their way to another place or size, by pointer or by keys. Nothing is sent
 * until it is put down, but the others see what is held. */
import { moveCards } from '../../actions/board/moveCards'
import { moveSection } from '../../actions/board/moveSection'
import { CARD_MAX, CARD_MIN, resizeCard } from '../../actions/board/resizeCard'
import { resizeSection } from '../../actions/board/resizeSection'
import { SECTION_MAX, SECTION_MIN } from '../../actions/board/addSection'
import { m } from '../../i18n.svelte'
import type { Card } from '../../protocol'
import type { BoardState } from '../../store/board'
import { placesAt } from '../../store/board-places'
import { FAR, type Point } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard, Target } from './board.svelte'
import { labelOf } from './log'

export interface Moving {
  readonly target: Target
  readonly from: Point
  readonly at: Point
  /** For a card: it and the selection it belongs to, and where they were taken up. */
  readonly cards: ReadonlyMap<string, Point>
  /** Begun with M: the arrows move, Enter puts down, Escape puts back. */
  readonly isByKeys: boolean
  /** Begun with Control and an arrow: letting go of Control puts down. */
  readonly isNudge: boolean
}
export interface Sizing {
  readonly target: Target
  readonly width: number
  readonly height: number
}

/** As many as the others are told of; the rest is seen to move when it is put down. */
const HELD_MOST = 100

export class Moves {
  moving = $state.raw<Moving>()
  sizing = $state.raw<Sizing>()

  constructor(readonly board: OpenedBoard) {}

  get isBusy(): boolean {
    return this.moving !== undefined || this.sizing !== undefined
  }

  /** Where our own hand has it, if it does. */
  placeOf(card: Card): Point | undefined {
    const { moving } = this
    if (!moving) return undefined
    const start = moving.target.kind === 'card' ? moving.cards.get(card.id) : moving.target.id === card.section ? card : undefined
    return start && { x: start.x + moving.at.x - moving.from.x, y: start.y + moving.at.y - moving.from.y }
  }

  /** The same for all that are in our hand and on the board. */
  placesIn(state: BoardState): Map<string, Point> {
    const { moving } = this
    if (!moving) return new Map()
    const ids = moving.target.kind === 'section' ? (state.inOrder.get(moving.target.id) ?? []) : [...moving.cards.keys()]
    const cards = ids.map((id) => state.cards.get(id)).filter((card) => card !== undefined)
    return new Map(cards.map((card) => [card.id, this.placeOf(card)!]))
  }

  begin(target: Target, by: 'pointer' | 'keys' | 'nudge'): void {
    const thing = target.kind === 'card' ? this.board.card(target.id) : this.board.section(target.id)
    if (!thing || this.board.stopsTarget(target)) return
    const from = { x: thing.x, y: thing.y }
    const cards = target.kind === 'card' ? this.#taken(target.id) : new Map<string, Point>()
    this.moving = { target, from, at: from, cards, isByKeys: by !== 'pointer', isNudge: by === 'nudge' }
    if (target.kind === 'card') this.board.said.change({ held: [...cards.keys()].slice(0, HELD_MOST) })
    if (by === 'pointer') return
    // Others see a held card follow the cursor; with keys the cursor is the card itself.
    this.board.said.point(from)
    if (by === 'keys') announce(cards.size > 1 ? m.board_said_move_mode_many({ count: cards.size }) : m.board_said_move_mode())
  }

  /** A card with its selection; what lies in another's hand, under another's pen or behind a lock stays there. */
  #taken(target: string): Map<string, Point> {
    const { selection, others, state } = this.board
    const isFree = (id: string) => !others.held.has(id) && !others.writing.has(id) && !this.board.barOf(state?.cards.get(id))
    const ids = selection.has(target) ? [...selection.ids].filter((id) => id === target || isFree(id)) : [target]
    const cards = ids.map((id) => state?.cards.get(id)).filter((card) => card !== undefined)
    return new Map(cards.map((card) => [card.id, { x: card.x, y: card.y }]))
  }

  to(at: Point): void {
    const { moving } = this
    if (!moving) return
    this.moving = { ...moving, at: this.#kept(moving, at) }
    if (moving.isByKeys) {
      this.board.said.point(this.moving.at)
      const thing = moving.target.kind === 'card' ? this.board.card(moving.target.id) : this.board.section(moving.target.id)
      if (thing) this.board.view.reveal({ ...thing, ...this.moving.at })
    }
  }

  by(by: Point): void {
    const { moving } = this
    if (!moving) return
    this.to({ x: moving.at.x + by.x, y: moving.at.y + by.y })
    announce(m.board_said_at({ x: this.moving!.at.x, y: this.moving!.at.y }))
  }

  drop(): void {
    const { moving, board } = this
    if (!moving) return
    if (moving.target.kind === 'section') moveSection(board, moving.target.id, moving.at)
    else this.#dropCards(moving)
    this.#end(moving)
  }

  cancel(): void {
    const { moving } = this
    this.sizing = undefined
    if (!moving) return
    this.#end(moving)
    if (moving.isByKeys) announce(m.board_said_move_cancelled())
  }

  // --- size ---

  size(target: Target, width: number, height: number): void {
    if (this.board.barOfTarget(target)) return
    const [low, high] = target.kind === 'card' ? [CARD_MIN, CARD_MAX] : [both(SECTION_MIN), both(SECTION_MAX)]
    const keep = (value: number, least: number, most: number) => Math.round(Math.max(least, Math.min(most, value)) / 8) * 8
    this.sizing = { target, width: keep(width, low.width, high.width), height: keep(height, low.height, high.height) }
  }

  dropSize(): void {
    const { sizing, board } = this
    if (!sizing) return
    const size = { width: sizing.width, height: sizing.height }
    if (sizing.target.kind === 'card') resizeCard(board, sizing.target.id, size)
    else resizeSection(board, sizing.target.id, size)
    this.sizing = undefined
  }

  /** As far as all of it stays on the board, in whole units. */
  #kept({ from, cards }: Moving, at: Point): Point {
    const spots = [from, ...cards.values()]
    const keep = (axis: 'x' | 'y') => {
      const [least, most] = [Math.min(...spots.map((spot) => spot[axis])), Math.max(...spots.map((spot) => spot[axis]))]
      return from[axis] + Math.round(Math.max(-FAR - least, Math.min(FAR - most, at[axis] - from[axis])))
    }
    return { x: keep('x'), y: keep('y') }
  }

  #dropCards({ target, at, from }: Moving): void {
    const { board } = this
    const state = board.state
    if (!state || (at.x === from.x && at.y === from.y)) return
    const spots = this.placesIn(state)
    const places = placesAt(state, [...spots].map(([id, spot]) => ({ ...state.cards.get(id)!, ...spot })))
    for (const [id, to] of places) if (board.stops(state.cards.get(id), to.section)) return
    moveCards(board, places)
    if (places.size > 1) return announce(m.board_said_moved_many({ count: places.size }))
    const section = board.section(places.get(target.id)?.section)
    const what = labelOf(state.cards.get(target.id)?.text ?? '')
    announce(section ? m.board_said_moved({ what, where: section.title }) : m.board_said_moved_loose({ what }))
  }

  #end(moving: Moving): void {
    this.moving = undefined
    this.board.said.change({ held: undefined })
    if (moving.isByKeys) this.board.said.point(undefined)
    this.board.focusOn(moving.target, { isShown: false })
  }
}

const both = (side: number) => ({ width: side, height: side })
