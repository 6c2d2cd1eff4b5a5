import { m } from '../../i18n.svelte'
import { grow, place, type Growth, type Place } from './moveCard'
import { isStill, type OpenBoard } from './openBoard'

/** Moves cards, each to its own place, as one step. Taken back is each that nobody has moved since. */
export function moveCards(board: OpenBoard, places: ReadonlyMap<string, Place>, growth?: Growth): void {
  const moves = [...places].flatMap(([id, to]) => {
    const card = board.state?.cards.get(id)
    if (!card || (card.order === to.order && isStill(card, { section: to.section, x: to.x, y: to.y }))) return []
    const from: Place = { section: card.section, x: card.x, y: card.y, order: card.order }
    return [{ id, from, to }]
  })
  if (moves.length === 0) return
  board.run({
    label: moves.length === 1 ? m.board_did_move_card() : m.board_did_move_cards({ count: moves.length }),
    forward: () => [...grow(board, growth), ...moves.flatMap(({ id, from, to }) => place(board, id, from, to))],
    backward: () => moves.flatMap(({ id, from, to }) => place(board, id, to, from)),
  })
}
