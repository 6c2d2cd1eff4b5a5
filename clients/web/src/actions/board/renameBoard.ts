import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import type { OpenBoard } from './openBoard'

export function renameBoard(board: OpenBoard, title: string): void {
  const before = board.state?.board.title
  if (before === undefined || before === title || title === '') return
  const rename = (from: string, to: string) => (board.state?.board.title === from ? [edit('board.rename', { board: board.id, title: to })] : [])
  board.run({ label: m.board_did_rename(), forward: () => rename(before, title), backward: () => rename(title, before) })
}
