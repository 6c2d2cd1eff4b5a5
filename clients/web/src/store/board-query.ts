/* board-query.ts - questions to a board's state: what stands where, in which order, next to what. Pure. */
import type { Card, Section } from '../protocol'
import { CARD_HEIGHT, CARD_WIDTH, LOOSE, groupOf, type BoardState, type Group } from './board'
import { orderBetween } from './board-order'

export interface Rect {
  x: number
  y: number
  width: number
  height: number
}
export interface Point {
  x: number
  y: number
}
export type Direction = 'left' | 'right' | 'up' | 'down'

export const GAP = 16
/** Between a section's edge and its cards; its title stands in the upper one. */
export const SECTION_EDGE = 20
export const SECTION_HEAD = 60
/** As far as the board reaches to each side. */
export const FAR = 100_000

export function cardsOf(state: BoardState, group: Group): Card[] {
  return (state.inOrder.get(group) ?? []).map((id) => state.cards.get(id)!)
}

export function countOf(state: BoardState, group: Group): number {
  return state.inOrder.get(group)?.length ?? 0
}

export function sectionsOf(state: BoardState): Section[] {
  return state.sectionOrder.map((id) => state.sections.get(id)!)
}

/** The groups as Lista and the focus go through them: the sections in order, then what lies loose. */
export function groupsOf(state: BoardState): Group[] {
  return countOf(state, LOOSE) > 0 ? [...state.sectionOrder, LOOSE] : [...state.sectionOrder]
}

/** All cards in reading order. */
export function* allInOrder(state: BoardState): Generator<string> {
  for (const group of groupsOf(state)) yield* state.inOrder.get(group) ?? []
}

/** The card that is read after (1) or before (-1) this one. */
export function nextInOrder(state: BoardState, id: string, step: 1 | -1): string | undefined {
  const all = [...allInOrder(state)]
  const place = all.indexOf(id)
  return place < 0 ? undefined : all[place + step]
}

/** Whom the focus goes to when this card goes: the next of its section, the one before, or the nearest at all. */
export function neighbourOf(state: BoardState, id: string): string | undefined {
  const card = state.cards.get(id)
  if (!card) return undefined
  const ids = state.inOrder.get(groupOf(card)) ?? []
  const place = ids.indexOf(id)
  return ids[place + 1] ?? ids[place - 1] ?? nearest(state, id)
}

function nearest(state: BoardState, id: string): string | undefined {
  const from = middleOf(state.cards.get(id)!)
  let best: string | undefined
  let least = Infinity
  for (const card of state.cards.values()) {
    if (card.id === id) continue
    const at = middleOf(card)
    const distance = (at.x - from.x) ** 2 + (at.y - from.y) ** 2
    if (distance < least) [best, least] = [card.id, distance]
  }
  return best
}

/** The nearest card in a direction: what lies straight ahead goes before what lies aslant. */
export function towards(state: BoardState, id: string, direction: Direction): string | undefined {
  const card = state.cards.get(id)
  if (!card) return undefined
  const from = middleOf(card)
  let best: string | undefined
  let least = Infinity
  for (const other of state.cards.values()) {
    if (other.id === id) continue
    const at = middleOf(other)
    const [dx, dy] = [at.x - from.x, at.y - from.y]
    const ahead = { left: -dx, right: dx, up: -dy, down: dy }[direction]
    const aside = direction === 'left' || direction === 'right' ? Math.abs(dy) : Math.abs(dx)
    if (ahead <= 0 || aside > ahead * 2) continue
    const distance = ahead + aside * 2
    if (distance < least || (distance === least && best !== undefined && other.id < best)) [best, least] = [other.id, distance]
  }
  return best
}

export function middleOf(rect: Rect): Point {
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }
}

export function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

export function holds(rect: Rect, at: Point): boolean {
  return at.x >= rect.x && at.x < rect.x + rect.width && at.y >= rect.y && at.y < rect.y + rect.height
}

/** What encloses all of it; undefined when there is nothing. */
export function boundsOf(state: BoardState): Rect | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  const take = (rect: Rect) => {
    left = Math.min(left, rect.x)
    top = Math.min(top, rect.y)
    right = Math.max(right, rect.x + rect.width)
    bottom = Math.max(bottom, rect.y + rect.height)
  }
  for (const section of state.sections.values()) take(section)
  for (const card of state.cards.values()) take(card)
  return left === Infinity ? undefined : { x: left, y: top, width: right - left, height: bottom - top }
}

/** The section that a point lies in: the smallest, where they overlap. */
export function sectionAt(state: BoardState, at: Point): Section | undefined {
  let best: Section | undefined
  for (const section of state.sections.values()) {
    if (holds(section, at) && (!best || section.width * section.height < best.width * best.height)) best = section
  }
  return best
}

/** Whether a card is read before another: rows first, then from left to right. What overlaps by half its height
 * stands on the same row. */
export function isReadBefore(a: Rect, b: Rect): boolean {
  const row = Math.min(a.height, b.height) / 2
  if (Math.abs(a.y - b.y) >= row) return a.y < b.y
  return a.x < b.x
}

/** The key that puts a card among the others of its group where one reads it at its place on the board. */
export function orderAt(state: BoardState, group: Group, card: Rect & { id?: string }): string {
  const others = cardsOf(state, group).filter((other) => other.id !== card.id)
  const place = others.findIndex((other) => isReadBefore(card, other))
  const index = place < 0 ? others.length : place
  return orderBetween(others[index - 1]?.order, others[index]?.order)
}

export function orderOfNewSection(state: BoardState): string {
  const last = state.sectionOrder[state.sectionOrder.length - 1]
  return orderBetween(last === undefined ? undefined : state.sections.get(last)?.order, undefined)
}

export interface Slot extends Point {
  /** What the section must grow to, to hold it. */
  grow?: { width: number; height: number }
}

/** A free place in a section, near a point of it; below the last row when it is full. */
export function freeSlot(state: BoardState, section: Section, near?: Point, card: { id?: string; width: number; height: number } = { width: CARD_WIDTH, height: CARD_HEIGHT }): Slot {
  const taken = cardsOf(state, section.id).filter((other) => other.id !== card.id)
  const [stepX, stepY] = [card.width + GAP, card.height + GAP]
  const left = section.x + SECTION_EDGE
  const top = section.y + SECTION_HEAD
  const columns = Math.max(1, Math.floor((section.width - 2 * SECTION_EDGE + GAP) / stepX))
  const rows = Math.floor((section.height - SECTION_HEAD - SECTION_EDGE + GAP) / stepY)
  let best: Slot | undefined
  let least = Infinity
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = { x: left + column * stepX, y: top + row * stepY }
      if (taken.some((other) => overlaps({ ...at, width: card.width, height: card.height }, other))) continue
      if (!near) return at
      const distance = (at.x - near.x) ** 2 + (at.y - near.y) ** 2
      if (distance < least) [best, least] = [at, distance]
    }
  }
  if (best) return best
  return belowAll(state, section, taken, card)
}

/** Full: the section grows downwards when nothing is in the way there; otherwise the cards lie aslant over each other. */
function belowAll(state: BoardState, section: Section, taken: readonly Card[], card: { width: number; height: number }): Slot {
  const foot = Math.max(section.y + SECTION_HEAD, ...taken.map((other) => other.y + other.height + GAP))
  const at = { x: section.x + SECTION_EDGE, y: foot }
  const height = Math.max(section.height, foot + card.height + SECTION_EDGE - section.y)
  const width = Math.max(section.width, card.width + 2 * SECTION_EDGE)
  const grown = { x: section.x, y: section.y, width, height }
  const isFree =
    [...state.sections.values()].every((other) => other.id === section.id || overlaps(section, other) || !overlaps(grown, other)) &&
    cardsOf(state, LOOSE).every((other) => overlaps(section, other) || !overlaps(grown, other))
  if (isFree && height <= 10_000) return { ...at, grow: { width, height } }
  const last = taken[taken.length - 1]
  if (!last) return at
  const aslant = { x: last.x + 24, y: last.y + 24 }
  return holds(section, { x: aslant.x + card.width, y: aslant.y + card.height }) ? aslant : { x: at.x + 12, y: section.y + SECTION_HEAD + 12 }
}

/** A free place on the open board, near a point: outwards ring by ring, and sooner to the right and below. */
export function freePlace(near: Point, size: { width: number; height: number }, isFree: (rect: Rect) => boolean): Point {
  const from = { x: Math.round(near.x / 8) * 8, y: Math.round(near.y / 8) * 8 }
  const [stepX, stepY] = [size.width + GAP, size.height + GAP]
  for (let ring = 0; ring < 12; ring++) {
    const places: { column: number; row: number }[] = []
    for (let row = -ring; row <= ring; row++) {
      for (let column = -ring; column <= ring; column++) {
        if (Math.max(Math.abs(row), Math.abs(column)) === ring) places.push({ column, row })
      }
    }
    const toil = ({ column, row }: { column: number; row: number }) => Math.abs(column) * (column < 0 ? 1.2 : 1) + Math.abs(row) * (row < 0 ? 1.3 : 1.1)
    for (const { column, row } of places.sort((a, b) => toil(a) - toil(b))) {
      const at = { x: from.x + column * stepX, y: from.y + row * stepY }
      if (isFree({ ...at, width: size.width, height: size.height })) return at
    }
  }
  return from
}

export function keepOnBoard(at: Point): Point {
  const keep = (value: number) => Math.round(Math.max(-FAR, Math.min(FAR, value)))
  return { x: keep(at.x), y: keep(at.y) }
}
