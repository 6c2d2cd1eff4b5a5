import type { Colour } from '../../protocol'
import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { isStill, type OpenBoard } from './openBoard'

/** Gives cards a colour as one step. Taken back is the colour of each that nobody has recoloured since. */
export function recolourCards(board: OpenBoard, ids: readonly string[], colour: Colour): void {
  const changed = ids.flatMap((id) => {
    const before = board.state?.cards.get(id)?.colour
    return before === undefined || before === colour ? [] : [{ id, before }]
  })
  if (changed.length === 0) return
  const recolour = (card: string, from: Colour, to: Colour) =>
    isStill(board.state?.cards.get(card), { colour: from }) ? [edit('card.recolour', { board: board.id, card, colour: to })] : []
  board.run({
    label: changed.length === 1 ? m.board_did_recolour_card() : m.board_did_recolour_cards({ count: changed.length }),
    forward: () => changed.flatMap(({ id, before }) => recolour(id, before, colour)),
    backward: () => changed.flatMap(({ id, before }) => recolour(id, colour, before)),
  })
}
