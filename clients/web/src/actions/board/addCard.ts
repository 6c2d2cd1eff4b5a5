import type { Colour } from '../../protocol'
import { m } from '../../i18n.svelte'
import { addCards } from './addCards'
import type { Growth } from './moveCard'
import type { OpenBoard } from './openBoard'

export interface NewCard {
  section?: string
  text: string
  colour: Colour
  x: number
  y: number
  width?: number
  height?: number
  order: string
}

/** Puts a card on the board and answers its id. Undo takes it off again, unless somebody else has written on it. */
export function addCard(board: OpenBoard, made: NewCard, growth?: Growth): string {
  return addCards(board, [made], m.board_did_add_card(), growth)[0]!
}
