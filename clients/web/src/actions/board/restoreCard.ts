import { m } from '../../i18n.svelte'
import { edit, type Edit } from '../../sync'
import type { OpenBoard } from './openBoard'

/** Brings back a card that somebody deleted; undo takes it off again. */
export function restoreCard(board: OpenBoard, card: string): void {
  board.run({
    label: m.board_did_restore_card(),
    forward: () => restoring(board, card),
    backward: () => (board.state?.cards.has(card) ? [edit('card.delete', { board: board.id, card })] : []),
  })
}

export function restoring(board: OpenBoard, card: string): Edit[] {
  return !board.state || board.state.cards.has(card) ? [] : [edit('card.restore', { board: board.id, card })]
}
