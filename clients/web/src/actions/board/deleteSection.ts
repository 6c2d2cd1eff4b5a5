import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { cardsOf } from '../../store/board-query'
import type { Place } from './moveCard'
import type { OpenBoard } from './openBoard'

/** Takes a section away; its cards stay, loose. Undo lays it out again and puts those back that still lie there. */
export function deleteSection(board: OpenBoard, section: string): void {
  const before = board.state?.sections.get(section)
  if (!board.state || !before) return
  const { title, x, y, width, height, order } = before
  const cards = cardsOf(board.state, section).map((card) => {
    const loose: Place = { section: undefined, x: card.x, y: card.y, order: card.order }
    return { id: card.id, loose }
  })
  board.run({
    label: m.board_did_delete_section(),
    forward: () => (board.state?.sections.has(section) ? [edit('section.delete', { board: board.id, section })] : []),
    backward: () => {
      if (!board.state || board.state.sections.has(section)) return []
      const state = board.state
      const back = cards.filter(({ id, loose }) => {
        const card = state.cards.get(id)
        return card && card.section === undefined && card.x === loose.x && card.y === loose.y
      })
      return [
        edit('section.create', { board: board.id, section, title, x, y, width, height, order }),
        ...back.map(({ id, loose }) => edit('card.move', { board: board.id, card: id, section, x: loose.x, y: loose.y, order: loose.order })),
      ]
    },
  })
}
