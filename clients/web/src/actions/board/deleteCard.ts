import { deleteCards } from './deleteCards'
import type { OpenBoard } from './openBoard'

/** Takes a card off the board; undo brings it back as it was. */
export function deleteCard(board: OpenBoard, card: string): void {
  deleteCards(board, [card])
}
