import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { orderBetween } from '../../store/board-order'
import { isStill, type OpenBoard } from './openBoard'

/** Puts a section one place earlier (-1) or later (1) in the list. Where it lies on the board stays. */
export function reorderSection(board: OpenBoard, section: string, step: 1 | -1): void {
  const state = board.state
  const before = state?.sections.get(section)?.order
  if (!state || before === undefined) return
  const others = state.sectionOrder.filter((id) => id !== section)
  const at = state.sectionOrder.indexOf(section) + step
  if (at < 0 || at > others.length) return
  const keyOf = (id: string | undefined) => (id === undefined ? undefined : state.sections.get(id)?.order)
  const after = orderBetween(keyOf(others[at - 1]), keyOf(others[at]))
  const reorder = (from: string, to: string) =>
    isStill(board.state?.sections.get(section), { order: from }) ? [edit('section.change', { board: board.id, section, order: to })] : []
  board.run({ label: m.board_did_move_section(), forward: () => reorder(before, after), backward: () => reorder(after, before) })
}
