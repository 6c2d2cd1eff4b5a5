import type { Colour } from '../../protocol'
import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { isStill, type OpenBoard } from './openBoard'

export function recolourCard(board: OpenBoard, card: string, colour: Colour): void {
  const before = board.state?.cards.get(card)?.colour
  if (before === undefined || before === colour) return
  const recolour = (from: Colour, to: Colour) =>
    isStill(board.state?.cards.get(card), { colour: from }) ? [edit('card.recolour', { board: board.id, card, colour: to })] : []
  board.run({ label: m.board_did_recolour_card(), forward: () => recolour(before, colour), backward: () => recolour(colour, before) })
}
