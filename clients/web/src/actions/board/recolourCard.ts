import type { Colour } from '../../protocol'
import type { OpenBoard } from './openBoard'
import { recolourCards } from './recolourCards'

export function recolourCard(board: OpenBoard, card: string, colour: Colour): void {
  recolourCards(board, [card], colour)
}
