/* hidden.ts - what one writes privately before it is revealed: what the server has of it, and what this browser keeps until it
 * has. Pure, but for the browser's keeping. */
import type { Colour, HiddenCard } from '../protocol'

/** What the server has not been told, or has not answered. */
export interface Unsent {
  readonly id: string
  readonly section?: string
  readonly text: string
  readonly colour: Colour
  readonly isDeleted?: boolean
}

export interface Kept {
  readonly round: string
  readonly unsent: readonly Unsent[]
}

/** One's own, as they are shown. */
export interface OwnCard extends Omit<HiddenCard, 'removed'> {
  readonly isRemoved: boolean
  readonly isSaved: boolean
}

/** The last word on a card stands. */
export function told(unsent: readonly Unsent[], one: Unsent): Unsent[] {
  return unsent.some((other) => other.id === one.id) ? unsent.map((other) => (other.id === one.id ? one : other)) : [...unsent, one]
}

/** What the server has answered is not kept any more, unless something newer is, or it waits for words. */
export function answered(unsent: readonly Unsent[], one: Unsent): Unsent[] {
  return unsent.filter((other) => other !== one || (isGone(one) && !one.isDeleted))
}

/** A card without words is no card to the server: it is taken away there until it has some again. */
export function isGone(one: Unsent): boolean {
  return one.isDeleted === true || one.text.trim() === ''
}

/** What is sent next: what never had any words waits for some. */
export function nextOf(list: readonly HiddenCard[], unsent: readonly Unsent[]): Unsent | undefined {
  return unsent.find((one) => one.isDeleted || !isGone(one) || list.some((other) => other.id === one.id))
}

/** Those that the server has, as changed here, then the new ones; each keeps the place it was first seen at (`places`, which is
 * added to), whatever becomes of it. */
export function merged(known: readonly HiddenCard[], unsent: readonly Unsent[], places: Map<string, number> = new Map()): OwnCard[] {
  const changes = new Map(unsent.map((one) => [one.id, one]))
  const cards = known.map((one): OwnCard & { isDeleted?: boolean } => {
    const change = changes.get(one.id)
    changes.delete(one.id)
    return { ...(change ?? one), isRemoved: one.removed === true, isSaved: change === undefined }
  })
  const added = [...changes.values()].map((one) => ({ ...one, isRemoved: false, isSaved: false }))
  const shown = [...cards, ...added].filter((one) => !one.isDeleted)
  for (const { id } of shown) if (!places.has(id)) places.set(id, places.size)
  return shown
    .map(({ id, section, text, colour, isRemoved, isSaved }) => ({ id, section, text, colour, isRemoved, isSaved }))
    .sort((a, b) => places.get(a.id)! - places.get(b.id)!)
}

/** The server's list after it has answered a change. */
export function known(list: readonly HiddenCard[], one: Unsent): HiddenCard[] {
  const { id, section, text, colour } = one
  if (isGone(one)) return list.filter((other) => other.id !== id)
  const card = { id, section, text, colour }
  return list.some((other) => other.id === id) ? list.map((other) => (other.id === id ? card : other)) : [...list, card]
}

/** The words that have found no card: the round ended before they were kept. */
export function stranded(unsent: readonly Unsent[], cards: ReadonlyMap<string, unknown>): string[] {
  return unsent.filter((one) => !isGone(one) && !cards.has(one.id)).map((one) => one.text)
}

const keyOf = (member: string, board: string) => `korsdrag:hidden:${member}:${board}`

export function readKept(member: string, board: string): Kept | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(member, board)) ?? 'null')
    if (kept && typeof kept === 'object' && 'round' in kept && 'unsent' in kept && Array.isArray(kept.unsent)) return kept as Kept
  } catch {
    // begins anew
  }
  return undefined
}

/** Whether it was kept: the browser may be full, or keep nothing. */
export function keep(member: string, board: string, kept: Kept): boolean {
  try {
    if (kept.unsent.length === 0) localStorage.removeItem(keyOf(member, board))
    else localStorage.setItem(keyOf(member, board), JSON.stringify(kept))
    return true
  } catch {
    return false
  }
}
