/* moves.svelte.ts - a card or section on its way to another place or size, by pointer or by keys. Nothing is sent
 * until it is put down, but the others see what is held. */
import { moveCard } from '../../actions/board/moveCard'
import { moveSection } from '../../actions/board/moveSection'
import { CARD_MAX, CARD_MIN, resizeCard } from '../../actions/board/resizeCard'
import { resizeSection } from '../../actions/board/resizeSection'
import { SECTION_MAX, SECTION_MIN } from '../../actions/board/addSection'
import { m } from '../../i18n.svelte'
import type { Card } from '../../protocol'
import type { BoardState } from '../../store/board'
import { cardsOf, keepOnBoard, middleOf, orderAt, sectionAt, type Point } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard, Target } from './board.svelte'
import { labelOf } from './log'

export interface Moving {
  readonly target: Target
  readonly from: Point
  readonly at: Point
  /** Begun with M: the arrows move, Enter puts down, Escape puts back. */
  readonly isByKeys: boolean
}
export interface Sizing {
  readonly target: Target
  readonly width: number
  readonly height: number
}

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
    if (moving.target.kind === 'card') return moving.target.id === card.id ? moving.at : undefined
    if (moving.target.id !== card.section) return undefined
    return { x: card.x + moving.at.x - moving.from.x, y: card.y + moving.at.y - moving.from.y }
  }

  /** The same for all cards of the section in our hand. */
  placesIn(state: BoardState): Map<string, Point> {
    const cards = this.moving?.target.kind === 'section' ? cardsOf(state, this.moving.target.id) : []
    return new Map(cards.map((card) => [card.id, this.placeOf(card)!]))
  }

  begin(target: Target, isByKeys: boolean): void {
    const thing = target.kind === 'card' ? this.board.card(target.id) : this.board.section(target.id)
    if (!thing) return
    const from = { x: thing.x, y: thing.y }
    this.moving = { target, from, at: from, isByKeys }
    if (target.kind === 'card') this.board.said.change({ held: [target.id] })
    if (!isByKeys) return
    // Others see a held card follow the cursor; with keys the cursor is the card itself.
    this.board.said.point(from)
    announce(m.board_said_move_mode())
  }

  to(at: Point): void {
    const { moving } = this
    if (!moving) return
    this.moving = { ...moving, at: keepOnBoard(at) }
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
    else this.#dropCard(moving)
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

  #dropCard({ target, at, from }: Moving): void {
    const { board } = this
    const state = board.state
    const card = state?.cards.get(target.id)
    if (!state || !card || (at.x === from.x && at.y === from.y)) return
    const rect = { ...card, ...at }
    const section = sectionAt(state, middleOf(rect))
    moveCard(board, card.id, { section: section?.id, ...at, order: orderAt(state, section?.id ?? '', rect) })
    const what = labelOf(card.text)
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
