import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { isStill, type OpenBoard } from './openBoard'

/** Writes on a card. `revision` is that of the text it was written on: the server refuses the change when somebody
 * has written since, and then both texts are shown. Undo and redo put a text back only over one's own. */
export function editCard(board: OpenBoard, card: string, text: string, revision: number, before: string): void {
  if (text === before) return
  let isFirst = true
  const write = (from: string, to: string) => {
    const now = board.state?.cards.get(card)
    if (isFirst) {
      isFirst = false
      return [edit('card.edit', { board: board.id, card, text: to, revision })]
    }
    return now && isStill(now, { text: from }) ? [edit('card.edit', { board: board.id, card, text: to, revision: now.revision })] : []
  }
  board.run({ label: m.board_did_edit_card(), forward: () => write(before, text), backward: () => write(text, before) })
}
