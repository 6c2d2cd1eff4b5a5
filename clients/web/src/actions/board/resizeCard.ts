import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { isStill, type OpenBoard } from './openBoard'

export interface Size {
  width: number
  height: number
}

/** As small and as large as a card may be. */
export const CARD_MIN: Size = { width: 80, height: 60 }
export const CARD_MAX: Size = { width: 2000, height: 2000 }

export function resizeCard(board: OpenBoard, card: string, { width, height }: Size): void {
  const size: Size = { width, height } // and nothing that a size with a name has besides
  const before = board.state?.cards.get(card)
  if (!before || isStill(before, size)) return
  const old: Size = { width: before.width, height: before.height }
  const resize = (from: Size, to: Size) =>
    isStill(board.state?.cards.get(card), from) ? [edit('card.resize', { board: board.id, card, ...to })] : []
  board.run({ label: m.board_did_resize_card(), forward: () => resize(old, size), backward: () => resize(size, old) })
}
