import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import type { Size } from './resizeCard'
import { isStill, type OpenBoard } from './openBoard'

export function resizeSection(board: OpenBoard, section: string, size: Size): void {
  const before = board.state?.sections.get(section)
  if (!before || isStill(before, size)) return
  const old: Size = { width: before.width, height: before.height }
  const resize = (from: Size, to: Size) =>
    isStill(board.state?.sections.get(section), from) ? [edit('section.change', { board: board.id, section, ...to })] : []
  board.run({ label: m.board_did_resize_section(), forward: () => resize(old, size), backward: () => resize(size, old) })
}
