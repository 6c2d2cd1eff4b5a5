import { m } from '../../i18n.svelte'
import { edit, type Edit } from '../../sync'
import { place, type Place } from './moveCard'
import { cardsOf, type Point } from '../../store/board-query'
import { isStill, type OpenBoard } from './openBoard'

/** Moves a section and the cards that lie in it; the server leaves them where they are on the board. */
export function moveSection(board: OpenBoard, section: string, to: Point): void {
  const before = board.state?.sections.get(section)
  if (!board.state || !before || isStill(before, to)) return
  const from: Point = { x: before.x, y: before.y }
  const cards = cardsOf(board.state, section).map((card) => {
    const old: Place = { section, x: card.x, y: card.y, order: card.order }
    return { id: card.id, old, new: { ...old, x: card.x + to.x - from.x, y: card.y + to.y - from.y } }
  })
  board.run({
    label: m.board_did_move_section(),
    forward: () => [...shift(board, section, from, to), ...cards.flatMap((card) => place(board, card.id, card.old, card.new))],
    backward: () => [...shift(board, section, to, from), ...cards.flatMap((card) => place(board, card.id, card.new, card.old))],
  })
}

function shift(board: OpenBoard, section: string, from: Point, to: Point): Edit[] {
  return isStill(board.state?.sections.get(section), from) ? [edit('section.change', { board: board.id, section, ...to })] : []
}
