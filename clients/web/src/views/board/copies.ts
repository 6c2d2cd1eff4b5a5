/* copies.ts - new cards made after others: duplicates, and what was pasted. They go where there is room for them. */
import { addCards } from '../../actions/board/addCards'
import type { NewCard } from '../../actions/board/addCard'
import { m } from '../../i18n.svelte'
import type { Card, Colour } from '../../protocol'
import { newId } from '../../protocol/id'
import { groupOf, LOOSE, type BoardState } from '../../store/board'
import { enclosing } from '../../store/board-arrange'
import { ordersAmong, placesAt, slotsIn } from '../../store/board-places'
import { freePlace, keepOnBoard, type Point, type Rect } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard } from './board.svelte'
import { isBare } from './place'

/** What of a card is copied: not who wrote it, nor what was said about it. */
export interface Copy extends Rect {
  readonly text: string
  readonly colour: Colour
}

export const copyOf = ({ text, colour, x, y, width, height }: Card): Copy => ({ text, colour, x, y, width, height })

/** The selection once more, beside it; in the same section when all of it is in one. The copies are selected then. */
export function duplicate(board: OpenedBoard): void {
  const state = board.state
  const cards = board.selection.acting.map((id) => state?.cards.get(id)).filter((card) => card !== undefined)
  if (!state || cards.length === 0) return
  const groups = new Set(cards.map(groupOf))
  const [group = LOOSE] = groups.size === 1 ? groups : []
  const label = m.board_did_duplicate({ count: cards.length })
  const copies = cards.map(copyOf)
  const ids = (group !== LOOSE && addInSection(board, state, group, copies, label, copies[0])) || addTogether(board, state, copies, enclosing(copies), label)
  chooseNew(board, ids)
  announce(m.board_said_duplicated({ count: ids.length }))
}

/** What was just made is what one goes on with. */
export function chooseNew(board: OpenedBoard, ids: readonly string[]): void {
  const [first] = ids
  if (first === undefined) return
  board.take()
  board.selection.preview(ids.length > 1 ? ids : [])
  board.focusOn({ kind: 'card', id: first })
  const made = ids.map((id) => board.card(id)).filter((card) => card !== undefined)
  if (made.length > 0) board.view.reveal(enclosing(made))
}

/** In free spots of a section; undefined when it has no room for all of them. */
export function addInSection(board: OpenedBoard, state: BoardState, section: string, copies: readonly Copy[], label: string, near?: Point): string[] | undefined {
  const cards = copies.map((copy) => trial(board, copy))
  const { spots, grown, isFull } = slotsIn(state, section, cards, near)
  if (isFull) return undefined
  const placed = cards.map((card, i) => ({ ...card, ...spots[i]! }))
  const orders = ordersAmong(state, section, placed)
  const made = placed.map((card, i): NewCard => ({ ...copies[i]!, section, x: card.x, y: card.y, order: orders.get(card.id)! }))
  return addCards(board, made, label, grown)
}

/** As they lie to each other, where nothing is in their way, as near to a point as can be. */
export function addTogether(board: OpenedBoard, state: BoardState, copies: readonly Copy[], near: Point, label: string): string[] {
  const all = enclosing(copies)
  const at = freePlace(near, all, (rect) => isBare(board, state, rect))
  return addAt(board, state, copies, at, label)
}

/** As they lie to each other, beginning at a point, in the sections that they come to lie on. */
export function addAt(board: OpenedBoard, state: BoardState, copies: readonly Copy[], at: Point, label: string): string[] {
  const all = enclosing(copies)
  const placed = copies.map((copy) => ({ ...copy, ...keepOnBoard({ x: copy.x + at.x - all.x, y: copy.y + at.y - all.y }), id: newId() }))
  const places = placesAt(state, placed)
  return addCards(board, placed.map(({ id, ...copy }): NewCard => ({ ...copy, ...places.get(id)! })), label)
}

/** A card to try places with. */
function trial(board: OpenedBoard, copy: Copy): Card {
  return { ...copy, id: newId(), revision: 1, order: '', author: board.me, created_at: 0 }
}
