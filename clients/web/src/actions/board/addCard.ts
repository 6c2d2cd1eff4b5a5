import type { Colour } from '../../protocol'
import { newId } from '../../protocol/id'
import { m } from '../../i18n.svelte'
import { edit } from '../../sync'
import { grow, type Growth } from './moveCard'
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
  const card = newId()
  board.run({
    label: m.board_did_add_card(),
    forward: () => {
      if (board.state?.cards.has(card)) return []
      if (board.state?.deleted.has(card)) return [edit('card.restore', { board: board.id, card })]
      return [...grow(board, growth), edit('card.create', { board: board.id, card, ...withoutAbsent(made) })]
    },
    backward: () => {
      const writer = board.state?.writers.get(card)
      if (!board.state?.cards.has(card) || (writer !== undefined && writer !== board.me?.id)) return []
      return [edit('card.delete', { board: board.id, card })]
    },
  })
  return card
}

/** Absent means left out: the wire knows no null. */
function withoutAbsent({ section, ...rest }: NewCard): NewCard {
  return section === undefined ? rest : { section, ...rest }
}
