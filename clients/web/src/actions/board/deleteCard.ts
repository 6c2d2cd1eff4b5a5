import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import type { OpenBoard } from './openBoard'
import { restoring } from './restoreCard'

/** Takes a card off the board; undo brings it back as it was. */
export function deleteCard(board: OpenBoard, card: string): void {
  board.run({
    label: m.board_did_delete_card(),
    forward: () => (board.state?.cards.has(card) ? [edit('card.delete', { board: board.id, card })] : []),
    backward: () => restoring(board, card),
  })
}
