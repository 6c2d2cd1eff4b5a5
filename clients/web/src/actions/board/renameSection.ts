import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { isStill, type OpenBoard } from './openBoard'

export function renameSection(board: OpenBoard, section: string, title: string): void {
  const before = board.state?.sections.get(section)?.title
  if (before === undefined || before === title || title === '') return
  const rename = (from: string, to: string) =>
    isStill(board.state?.sections.get(section), { title: from }) ? [edit('section.change', { board: board.id, section, title: to })] : []
  board.run({ label: m.board_did_rename_section(), forward: () => rename(before, title), backward: () => rename(title, before) })
}
