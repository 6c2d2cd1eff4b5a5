/* board-places.ts - where many cards go at once: to which sections, between which others, in which free spots. Pure. */
import type { Card } from '../protocol'
import { LOOSE, withCard, withSection, type BoardState, type Group } from './board'
import { inReadingOrder, type Placed } from './board-arrange'
import { ordersBetween } from './board-order'
import { cardsOf, freeSlot, isReadBefore, middleOf, overlaps, sectionAt, type Point } from './board-query'

export interface Place extends Point {
  section: string | undefined
  order: string
}
export interface Grown {
  section: string
  width: number
  height: number
}

/** The places of cards that come to lie at these spots: each belongs to the section that its middle falls in, and is
 * put among that section's other cards where one reads it. */
export function placesAt(state: BoardState, cards: readonly Placed[]): Map<string, Place> {
  const groups = new Map<Group, Placed[]>()
  for (const card of cards) {
    const group = sectionAt(state, middleOf(card))?.id ?? LOOSE
    groups.set(group, [...(groups.get(group) ?? []), card])
  }
  const places = new Map<string, Place>()
  for (const [group, inIt] of groups) {
    const orders = ordersAmong(state, group, inIt, new Set(cards.map((card) => card.id)))
    for (const { id, x, y } of inIt) places.set(id, { section: group === LOOSE ? undefined : group, x, y, order: orders.get(id)! })
  }
  return places
}

/** Keys that put cards among the others of a group where one reads them; `moved` are no others. */
export function ordersAmong(state: BoardState, group: Group, cards: readonly Placed[], moved: ReadonlySet<string> = new Set()): Map<string, string> {
  const others = cardsOf(state, group).filter((other) => !moved.has(other.id))
  const gaps = new Map<number, string[]>()
  let least = 0
  for (const card of inReadingOrder(cards)) {
    const found = others.findIndex((other) => isReadBefore(card, other))
    // Never before one that is read earlier, so that they keep their own order.
    const gap = (least = Math.max(least, found < 0 ? others.length : found))
    gaps.set(gap, [...(gaps.get(gap) ?? []), card.id])
  }
  const orders = new Map<string, string>()
  for (const [gap, ids] of gaps) {
    const keys = ordersBetween(others[gap - 1]?.order, others[gap]?.order, ids.length)
    for (const [i, id] of ids.entries()) orders.set(id, keys[i]!)
  }
  return orders
}

/** Keys for cards that come one after the other at a place of a group, counted without them. */
export function ordersAtIndex(state: BoardState, group: Group, index: number, moved: ReadonlySet<string>, count: number): string[] {
  const others = cardsOf(state, group).filter((other) => !moved.has(other.id))
  const at = Math.max(0, Math.min(index, others.length))
  return ordersBetween(others[at - 1]?.order, others[at]?.order, count)
}

/** Free spots in a section for all of these cards, and what it must grow to. `isFull` when some lie over others. */
export function slotsIn(state: BoardState, sectionId: string, cards: readonly Card[], near?: Point): { spots: Point[]; grown: Grown | undefined; isFull: boolean } {
  let trial = state
  let grown: Grown | undefined
  let isFull = false
  // Those that are on the board already go first: none of them stands in the way of another.
  for (const { id } of cards) {
    const card = trial.cards.get(id)
    if (card) trial = withCard(trial, { ...card, section: undefined, x: Infinity, y: Infinity })
  }
  const spots = cards.map((card) => {
    const section = trial.sections.get(sectionId)!
    const { x, y, grow } = freeSlot(trial, section, near, card)
    if (grow) {
      grown = { section: sectionId, ...grow }
      trial = withSection(trial, { ...section, ...grow })
    }
    const placed = { ...card, section: sectionId, x, y }
    isFull ||= cardsOf(trial, sectionId).some((other) => overlaps(other, placed))
    trial = withCard(trial, placed)
    return { x, y }
  })
  return { spots, grown, isFull }
}
