/* place.ts - where new cards and sections go when nobody has pointed out a place. */
import { addCard } from '../../actions/board/addCard'
import { addSection } from '../../actions/board/addSection'
import { moveCard } from '../../actions/board/moveCard'
import { m } from '../../i18n.svelte'
import type { Colour } from '../../protocol'
import { CARD_HEIGHT, CARD_WIDTH, LOOSE } from '../../store/board'
import { freePlace, freeSlot, keepOnBoard, middleOf, orderAt, orderAtIndex, overlaps, sectionAt, type Point, type Rect } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard } from './board.svelte'
import { labelOf } from './log'

const CARD = { width: CARD_WIDTH, height: CARD_HEIGHT }
export const SECTION = { width: 560, height: 420 }
const GRAIN = 8

const onGrain = (at: Point): Point => ({ x: Math.round(at.x / GRAIN) * GRAIN, y: Math.round(at.y / GRAIN) * GRAIN })

/** A new card whose middle is where one pointed. */
export function addCardAt(board: OpenedBoard, at: Point): string | undefined {
  const state = board.state
  if (!state) return undefined
  const corner = keepOnBoard(onGrain({ x: at.x - CARD.width / 2, y: at.y - CARD.height / 2 }))
  const section = sectionAt(state, at)?.id
  const order = orderAt(state, section ?? LOOSE, { ...corner, ...CARD })
  return addCard(board, { section, text: '', colour: board.colour, ...corner, order })
}

/** A new card beside the focused one, or in the section that is looked at, or in the middle of what is seen. */
export function addCardNearby(board: OpenedBoard): string | undefined {
  const state = board.state
  if (!state) return undefined
  const beside = board.focusedCard
  const near = beside ? middleOf(beside) : board.focusedSection ? undefined : board.view.middle
  const section = board.focusedSection ?? (beside ? board.section(beside.section) : near && sectionAt(state, near))
  if (section) return addCardIn(board, section.id, { text: '', near: beside && { x: beside.x, y: beside.y } })
  const from = beside ? { x: beside.x, y: beside.y } : { x: near!.x - CARD.width / 2, y: near!.y - CARD.height / 2 }
  const isFree = (rect: Rect) => board.grid.isFree(rect) && ![...state.sections.values()].some((one) => overlaps(one, rect))
  const at = keepOnBoard(freePlace(from, CARD, isFree))
  return addCard(board, { text: '', colour: board.colour, ...at, order: orderAt(state, LOOSE, { ...at, ...CARD }) })
}

/** A new card in a section, or loose with `LOOSE`. */
export function addCardIn(board: OpenedBoard, group: string, given: { text: string; colour?: Colour; near?: Point }): string | undefined {
  const state = board.state
  const section = state?.sections.get(group)
  if (!state) return undefined
  const colour = given.colour ?? board.colour
  if (!section) {
    const from = board.view.size.width > 0 ? board.view.middle : { x: 0, y: 0 }
    const isFree = (rect: Rect) => board.grid.isFree(rect) && ![...state.sections.values()].some((one) => overlaps(one, rect))
    const at = keepOnBoard(freePlace(from, CARD, isFree))
    return addCard(board, { text: given.text, colour, ...at, order: orderAt(state, LOOSE, { ...at, ...CARD }) })
  }
  const { x, y, grow } = freeSlot(state, section, given.near)
  const order = orderAt(state, section.id, { x, y, ...CARD })
  return addCard(board, { section: section.id, text: given.text, colour, x, y, order }, grow && { section: section.id, ...grow })
}

/** Moves a card to the place in a group's order that was chosen from a list, and to a free spot near that place. */
export function moveTo(board: OpenedBoard, id: string, group: string, index: number): void {
  const state = board.state
  const card = state?.cards.get(id)
  if (!state || !card) return
  const others = (state.inOrder.get(group) ?? []).filter((one) => one !== id)
  const order = orderAtIndex(state, group, index, id)
  const near = state.cards.get(others[Math.min(index, others.length - 1)] ?? '')
  const section = state.sections.get(group)
  if (!section) {
    const isFree = (rect: Rect) => board.grid.isFree(rect, id) && ![...state.sections.values()].some((one) => overlaps(one, rect))
    const at = keepOnBoard(freePlace(near ?? card, card, isFree))
    moveCard(board, id, { section: undefined, ...at, order })
    return announce(m.board_said_moved_loose({ what: labelOf(card.text) }))
  }
  const isOnlyOrder = (card.section ?? LOOSE) === group
  const slot = isOnlyOrder && others.length === 0 ? card : freeSlot(state, section, near, card)
  moveCard(board, id, { section: group, x: slot.x, y: slot.y, order }, 'grow' in slot && slot.grow ? { section: group, ...slot.grow } : undefined)
  announce(m.board_said_moved({ what: labelOf(card.text), where: section.title }))
}

/** A new section where there is room for it, below what is there. */
export function addSectionNearby(board: OpenedBoard, title: string): string | undefined {
  const state = board.state
  if (!state) return undefined
  const middle = board.view.size.width > 0 ? board.view.middle : { x: 280, y: 210 }
  const from = { x: middle.x - SECTION.width / 2, y: middle.y - SECTION.height / 2 }
  const isFree = (rect: Rect) => board.grid.isFree(rect) && ![...state.sections.values()].some((one) => overlaps(one, rect))
  const at = keepOnBoard(freePlace(from, SECTION, isFree))
  return addSection(board, title, { ...at, ...SECTION })
}
