import type { Rect } from '../../store/board-query'
import { cardsOf, holds, middleOf, orderOfNewSection } from '../../store/board-query'
import { LOOSE } from '../../store/board'
import { leads } from '../../store/board-lock'
import { newId } from '../../protocol/id'
import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { place, type Place } from './moveCard'
import type { OpenBoard } from './openBoard'

/** As small and as large as a section may be, to each side. */
export const SECTION_MIN = 120
export const SECTION_MAX = 10_000

/** Lays a sheet on the board, under the loose cards that lie there, and answers its id. Undo takes it away again,
 * unless somebody has put other cards into it. */
export function addSection(board: OpenBoard, title: string, rect: Rect): string {
  const section = newId()
  const state = board.state
  if (!state) return section
  const made = { section, title, ...rect, order: orderOfNewSection(state) }
  const under = cardsOf(state, LOOSE)
    .filter((card) => holds(rect, middleOf(card)) && (!card.locked || leads(state, board.me?.id)))
    .map(({ id, x, y, order }) => ({ id, loose: { section: undefined, x, y, order } satisfies Place }))
  const ours = new Set(under.map((card) => card.id))
  board.run({
    label: m.board_did_add_section(),
    forward: () =>
      board.state?.sections.has(section)
        ? []
        : [
            edit('section.create', { board: board.id, ...made }),
            ...under.flatMap(({ id, loose }) => place(board, id, loose, { ...loose, section }, section)),
          ],
    backward: () => {
      const isOurs = (board.state?.inOrder.get(section) ?? []).every((card) => ours.has(card))
      return board.state?.sections.has(section) && isOurs ? [edit('section.delete', { board: board.id, section })] : []
    },
  })
  return section
}
