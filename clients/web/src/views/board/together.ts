/* together.ts - what is done to all selected cards at once, and what is said of it. */
import { deleteCards } from '../../actions/board/deleteCards'
import { moveCards } from '../../actions/board/moveCards'
import { recolourCards } from '../../actions/board/recolourCards'
import { m } from '../../i18n.svelte'
import type { Colour } from '../../protocol'
import { groupOf } from '../../store/board'
import { align, distribute, tidy, type Axis, type Line, type Placed, type Spots } from '../../store/board-arrange'
import { placesAt } from '../../store/board-places'
import { allInOrder, keepOnBoard, SECTION_EDGE } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard } from './board.svelte'
import { nameOfColour } from './colours'

export type Arrangement = Line | Axis | 'tidy'

/** So many are needed for it to be any different. */
export const leastFor = (how: Arrangement): number => (how === 'across' || how === 'down' ? 3 : 2)

export function arrange(board: OpenedBoard, how: Arrangement): void {
  const { state, selection } = board
  const cards = selection.cards
  if (!state || cards.length < leastFor(how)) return
  const spots = arranged(board, cards, how)
  moveCards(board, placesAt(state, cards.map((card) => ({ ...card, ...keepOnBoard(spots.get(card.id)!) }))))
  announce(m.board_said_arranged({ count: cards.length }))
}

function arranged(board: OpenedBoard, cards: readonly (Placed & { section?: string })[], how: Arrangement): Spots {
  if (how === 'across' || how === 'down') return distribute(cards, how)
  if (how !== 'tidy') return align(cards, how)
  const groups = new Set(cards.map(groupOf))
  const section = groups.size === 1 ? board.section([...groups][0]) : undefined
  const left = Math.min(...cards.map((card) => card.x))
  return tidy(cards, section && section.x + section.width - SECTION_EDGE - left)
}

export function recolour(board: OpenedBoard, colour: Colour): void {
  board.colour = colour
  recolourCards(board, board.selection.acting, colour)
  announce(m.board_said_recoloured({ count: board.selection.size, colour: nameOfColour(colour) }))
}

/** The focus goes to the card that is read next of those that stay. */
export function removeSelected(board: OpenedBoard): void {
  const { state, selection } = board
  const ids = selection.acting
  if (!state || ids.length === 0) return
  const gone = new Set(ids)
  const all = [...allInOrder(state)]
  const first = all.findIndex((id) => gone.has(id))
  const next = all.slice(first).find((id) => !gone.has(id)) ?? all.slice(0, first).pop()
  deleteCards(board, ids)
  board.focusOn(next === undefined ? undefined : { kind: 'card', id: next })
  if (next === undefined) board.focusWish++
  announce(m.board_said_deleted_many({ count: ids.length }))
}
