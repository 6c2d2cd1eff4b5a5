import { edit } from '../../sync'
import type { OpenBoard } from './openBoard'

/** The first words on a card that one has just put there. They belong to that step: undoing it takes the card off
 * the board, and a card that was left empty goes without a trace. */
export function writeFirst(board: OpenBoard, card: string, text: string): void {
  const made = board.state?.cards.get(card)
  if (!made || made.text === text) return
  board.send(edit('card.edit', { board: board.id, card, text, revision: made.revision }))
}

export function discardEmpty(board: OpenBoard, card: string): void {
  if (board.state?.cards.get(card)?.text === '') board.send(edit('card.delete', { board: board.id, card }))
}
