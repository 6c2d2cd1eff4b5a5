/* place.ts - where new cards and sections go when nobody has pointed out a place. */
import { addCard } from '../../actions/board/addCard'
import { addSection } from '../../actions/board/addSection'
import type { Growth } from '../../actions/board/moveCard'
import { moveCards } from '../../actions/board/moveCards'
import { m } from '../../i18n.svelte'
import type { Card, Colour } from '../../protocol'
import { CARD_HEIGHT, CARD_WIDTH, LOOSE, type BoardState } from '../../store/board'
import { enclosing } from '../../store/board-arrange'
import { ordersAtIndex, slotsIn } from '../../store/board-places'
import { freePlace, freeSlot, keepOnBoard, middleOf, orderAt, overlaps, sectionAt, type Point, type Rect } from '../../store/board-query'
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
  if (board.stops(undefined, section)) return undefined
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
  if (board.stops(undefined, section?.id)) return undefined
  if (section) return addCardIn(board, section.id, { text: '', near: beside && { x: beside.x, y: beside.y } })
  const from = beside ? { x: beside.x, y: beside.y } : { x: near!.x - CARD.width / 2, y: near!.y - CARD.height / 2 }
  const at = keepOnBoard(freePlace(from, CARD, (rect) => isBare(board, state, rect)))
  return addCard(board, { text: '', colour: board.colour, ...at, order: orderAt(state, LOOSE, { ...at, ...CARD }) })
}

/** A new card in a section, or loose with `LOOSE`. */
export function addCardIn(board: OpenedBoard, group: string, given: { text: string; colour?: Colour; near?: Point }): string | undefined {
  const state = board.state
  const section = state?.sections.get(group)
  if (!state || board.stops(undefined, section?.id)) return undefined
  const colour = given.colour ?? board.colour
  if (!section) {
    const from = board.view.size.width > 0 ? board.view.middle : { x: 0, y: 0 }
    const at = keepOnBoard(freePlace(from, CARD, (rect) => isBare(board, state, rect)))
    return addCard(board, { text: given.text, colour, ...at, order: orderAt(state, LOOSE, { ...at, ...CARD }) })
  }
  const { x, y, grow } = freeSlot(state, section, given.near)
  const order = orderAt(state, section.id, { x, y, ...CARD })
  return addCard(board, { section: section.id, text: given.text, colour, x, y, order }, grow && { section: section.id, ...grow })
}

/** Moves cards to the place in a group's order that was chosen from a list, and to free spots near that place. */
export function moveTo(board: OpenedBoard, ids: readonly string[], group: string, index: number): void {
  const state = board.state
  const cards = ids.map((id) => state?.cards.get(id)).filter((card) => card !== undefined)
  if (!state || cards.length === 0 || cards.some((card) => board.stops(card, group))) return
  const moved = new Set(ids)
  const others = (state.inOrder.get(group) ?? []).filter((one) => !moved.has(one))
  const orders = ordersAtIndex(state, group, index, moved, cards.length)
  const near = state.cards.get(others[Math.min(index, others.length - 1)] ?? '')
  const section = state.sections.get(group)
  const { spots, grown } = section ? spotsIn(state, section.id, cards, others.length === 0, near) : looseSpots(board, state, cards, near)
  moveCards(board, new Map(cards.map((card, i) => [card.id, { section: section?.id, ...spots[i]!, order: orders[i]! }])), grown)
  const [first] = cards as [Card]
  if (cards.length > 1) announce(m.board_said_moved_many_to({ count: cards.length, where: section?.title ?? m.board_loose() }))
  else announce(section ? m.board_said_moved({ what: labelOf(first.text), where: section.title }) : m.board_said_moved_loose({ what: labelOf(first.text) }))
}

interface Spotted {
  spots: Point[]
  grown?: Growth
}

function spotsIn(state: BoardState, section: string, cards: readonly Card[], isAlone: boolean, near: Point | undefined): Spotted {
  // Where nothing else lies only their order changes.
  if (isAlone && cards.every((card) => card.section === section)) return { spots: cards.map(({ x, y }) => ({ x, y })) }
  return slotsIn(state, section, cards, cards.length === 1 ? near : undefined)
}

/** Outside all sections, as they lie to each other. */
function looseSpots(board: OpenedBoard, state: BoardState, cards: readonly Card[], near: Point | undefined): Spotted {
  const all = enclosing(cards)
  const moved = new Set(cards.map((card) => card.id))
  const at = freePlace(near ?? all, all, (rect) => isBare(board, state, rect, moved))
  return { spots: cards.map((card) => keepOnBoard({ x: card.x + at.x - all.x, y: card.y + at.y - all.y })) }
}

/** Whether neither a card nor a section is there. */
export function isBare(board: OpenedBoard, state: BoardState, rect: Rect, except: ReadonlySet<string> = new Set()): boolean {
  return board.grid.within(rect).every((card) => except.has(card.id)) && ![...state.sections.values()].some((one) => overlaps(one, rect))
}

/** A new section where there is room for it, below what is there. */
export function addSectionNearby(board: OpenedBoard, title: string): string | undefined {
  const state = board.state
  if (!state || board.stops()) return undefined
  const middle = board.view.size.width > 0 ? board.view.middle : { x: 280, y: 210 }
  const from = { x: middle.x - SECTION.width / 2, y: middle.y - SECTION.height / 2 }
  const at = keepOnBoard(freePlace(from, SECTION, (rect) => isBare(board, state, rect)))
  return addSection(board, title, { ...at, ...SECTION })
}
