/* board-order.ts - places in a list that something can always be put between. The keys compare bytewise, as in
 * the database (COLLATE "C"), never by language; equal ones stand by id. */
import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing'

export interface Ordered {
  readonly id: string
  readonly order: string
}

export function isBefore(a: Ordered, b: Ordered): boolean {
  return a.order === b.order ? a.id < b.id : a.order < b.order
}

/** A key after `after` and before `before`; undefined is the list's end on that side. Two cards may hold the same
 * key until the server has repaired it: then the next free place after both. */
export function orderBetween(after: string | undefined, before: string | undefined): string {
  if (after !== undefined && before !== undefined && after >= before) return generateKeyBetween(after, null)
  return generateKeyBetween(after ?? null, before ?? null)
}

/** So many keys in a row between two; as orderBetween. */
export function ordersBetween(after: string | undefined, before: string | undefined, count: number): string[] {
  if (after !== undefined && before !== undefined && after >= before) return generateNKeysBetween(after, null, count)
  return generateNKeysBetween(after ?? null, before ?? null, count)
}
