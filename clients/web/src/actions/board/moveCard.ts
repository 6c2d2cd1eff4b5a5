import type { Card } from '../../protocol'
import { m } from '../../i18n.svelte'
import { edit, type Edit } from '../../sync'
import { isStill, type OpenBoard } from './openBoard'

/** Where a card lies. Without a section it is loose on the board. */
export type Place = Pick<Card, 'section' | 'x' | 'y' | 'order'>

/** The section's new size, when it must grow to hold the card. */
export interface Growth {
  section: string
  width: number
  height: number
}

const spotOf = ({ section, x, y }: Place) => ({ section, x, y })

/** Moves a card. What is taken back is where it lay, if nobody has moved it since; the server may have given it
 * another order than was asked for, so that only its spot tells. */
export function moveCard(board: OpenBoard, card: string, to: Place, growth?: Growth): void {
  const before = board.state?.cards.get(card)
  if (!before) return
  const from: Place = { section: before.section, x: before.x, y: before.y, order: before.order }
  if (from.order === to.order && isStill(before, spotOf(to))) return
  board.run({
    label: m.board_did_move_card(),
    forward: () => [...grow(board, growth), ...place(board, card, from, to)],
    backward: () => place(board, card, to, from),
  })
}

/** The change that puts a card from one place to another, if it is still at the first. A section that is gone leaves it
 * loose; `coming` is one that is made in the same step. */
export function place(board: OpenBoard, card: string, from: Place, to: Place, coming?: string): Edit[] {
  if (!isStill(board.state?.cards.get(card), spotOf(from))) return []
  const { section, x, y, order } = to
  const isThere = section !== undefined && (section === coming || board.state?.sections.has(section))
  return [edit('card.move', { board: board.id, card, x, y, order, ...(isThere ? { section } : {}) })]
}

export function grow(board: OpenBoard, growth: Growth | undefined): Edit[] {
  const section = growth && board.state?.sections.get(growth.section)
  if (!growth || !section || (section.width >= growth.width && section.height >= growth.height)) return []
  return [edit('section.change', { board: board.id, ...growth })]
}
