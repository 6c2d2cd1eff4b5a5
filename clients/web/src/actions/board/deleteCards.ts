import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import type { OpenBoard } from './openBoard'
import { restoring } from './restoreCard'

/** Takes cards off the board as one step; undo brings back those that are still off it. */
export function deleteCards(board: OpenBoard, ids: readonly string[]): void {
  const there = ids.filter((id) => board.state?.cards.has(id))
  if (there.length === 0) return
  board.run({
    label: there.length === 1 ? m.board_did_delete_card() : m.board_did_delete_cards({ count: there.length }),
    forward: () => there.flatMap((card) => (board.state?.cards.has(card) ? [edit('card.delete', { board: board.id, card })] : [])),
    backward: () => there.flatMap((card) => restoring(board, card)),
  })
}
