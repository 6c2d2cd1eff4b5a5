/* board-arrange.ts - several cards put in line, apart or in rows: where each of them comes to lie. Pure. */
import { GAP, isReadBefore, type Point, type Rect } from './board-query'

export type Placed = Rect & { id: string }
/** Where cards come to lie, by id. */
export type Spots = ReadonlyMap<string, Point>
export type Line = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom'
export type Axis = 'across' | 'down'

/** What encloses them all; there must be one at least. */
export function enclosing(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x))
  const y = Math.min(...rects.map((rect) => rect.y))
  const right = Math.max(...rects.map((rect) => rect.x + rect.width))
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height))
  return { x, y, width: right - x, height: bottom - y }
}

export function inReadingOrder<T extends Rect>(cards: readonly T[]): T[] {
  // What stands on the same row is not a transitive thing: rows are told apart first, from the top.
  const rows: T[][] = []
  for (const card of [...cards].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const row = rows[rows.length - 1]
    if (row && !isReadBefore({ ...row[0]!, x: 0 }, { ...card, x: 0 })) row.push(card)
    else rows.push([card])
  }
  return rows.flatMap((row) => row.sort((a, b) => a.x - b.x))
}

/** Onto one line of what encloses them. */
export function align(cards: readonly Placed[], line: Line): Spots {
  const all = enclosing(cards)
  const put = (card: Placed): Point => {
    switch (line) {
      case 'left':
        return { x: all.x, y: card.y }
      case 'centre':
        return { x: Math.round(all.x + (all.width - card.width) / 2), y: card.y }
      case 'right':
        return { x: all.x + all.width - card.width, y: card.y }
      case 'top':
        return { x: card.x, y: all.y }
      case 'middle':
        return { x: card.x, y: Math.round(all.y + (all.height - card.height) / 2) }
      case 'bottom':
        return { x: card.x, y: all.y + all.height - card.height }
    }
  }
  return new Map(cards.map((card) => [card.id, put(card)]))
}

/** The same space between each and the next. The outermost stay; where there is no room they overlap alike. */
export function distribute(cards: readonly Placed[], axis: Axis): Spots {
  const [at, size] = axis === 'across' ? (['x', 'width'] as const) : (['y', 'height'] as const)
  const line = [...cards].sort((a, b) => a[at] + a[size] / 2 - (b[at] + b[size] / 2))
  const [first, last] = [line[0]!, line[line.length - 1]!]
  const taken = line.reduce((sum, card) => sum + card[size], 0)
  const space = (last[at] + last[size] - first[at] - taken) / Math.max(1, line.length - 1)
  let next = first[at]
  return new Map(
    line.map((card) => {
      const spot = { x: card.x, y: card.y, [at]: Math.round(next) }
      next += card[size] + space
      return [card.id, spot]
    }),
  )
}

/** In rows, in the order in which they are read; as square as may be, or as wide as `width` has room for. */
export function tidy(cards: readonly Placed[], width = Infinity): Spots {
  const all = enclosing(cards)
  const widest = Math.max(...cards.map((card) => card.width))
  const room = Math.max(1, Math.floor((width + GAP) / (widest + GAP)))
  return inRows(inReadingOrder(cards), { x: all.x, y: all.y }, Math.min(columnsFor(cards.length), room))
}

export const columnsFor = (count: number) => Math.max(1, Math.ceil(Math.sqrt(count)))

/** Rows as high and columns as wide as the largest in them. */
export function inRows(cards: readonly Placed[], from: Point, columns: number): Spots {
  const widths: number[] = []
  const heights: number[] = []
  for (const [i, card] of cards.entries()) {
    const [row, column] = [Math.floor(i / columns), i % columns]
    widths[column] = Math.max(widths[column] ?? 0, card.width)
    heights[row] = Math.max(heights[row] ?? 0, card.height)
  }
  const before = (sizes: readonly number[], end: number) => sizes.slice(0, end).reduce((sum, size) => sum + size + GAP, 0)
  return new Map(
    cards.map((card, i) => [card.id, { x: from.x + before(widths, i % columns), y: from.y + before(heights, Math.floor(i / columns)) }]),
  )
}
