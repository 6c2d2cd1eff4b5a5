import { newId } from '../../protocol/id'
import { edit, type Edit } from '../../sync'
import type { NewCard } from './addCard'
import { grow, type Growth } from './moveCard'
import type { OpenBoard } from './openBoard'

/** Puts cards on the board as one step, called `label`, and answers their ids in the order given. Undo takes off those
 * that nobody else has written on. */
export function addCards(board: OpenBoard, made: readonly NewCard[], label: string, growth?: Growth): string[] {
  const cards = made.map((given) => ({ id: newId(), given }))
  if (cards.length > 0) {
    board.run({
      label,
      forward: () => [...grow(board, growth), ...cards.flatMap(({ id, given }) => putting(board, id, given))],
      backward: () => cards.flatMap(({ id }) => taking(board, id)),
    })
  }
  return cards.map(({ id }) => id)
}

/** The change that puts a card there for the first time, or again. */
function putting(board: OpenBoard, card: string, { section, ...rest }: NewCard): Edit[] {
  if (board.state?.cards.has(card)) return []
  if (board.state?.deleted.has(card)) return [edit('card.restore', { board: board.id, card })]
  // Absent means left out: the wire knows no null.
  return [edit('card.create', { board: board.id, card, ...rest, ...(section === undefined ? {} : { section }) })]
}

function taking(board: OpenBoard, card: string): Edit[] {
  const writer = board.state?.writers.get(card)
  if (!board.state?.cards.has(card) || (writer !== undefined && writer !== board.me?.id)) return []
  return [edit('card.delete', { board: board.id, card })]
}
