import { describe, expect, it } from 'vitest'
import { align, distribute, enclosing, inReadingOrder, tidy, type Placed } from './board-arrange'

const card = (id: string, x: number, y: number, width = 160, height = 128): Placed => ({ id, x, y, width, height })
const three = [card('a', 0, 0), card('b', 300, 40, 336, 272), card('c', 900, 500)]
const spots = (from: ReadonlyMap<string, object>) => Object.fromEntries(from)

describe('in line', () => {
  it('puts edges on the outermost edge, and middles on the middle', () => {
    expect(enclosing(three)).toEqual({ x: 0, y: 0, width: 1060, height: 628 })
    expect(spots(align(three, 'left'))).toEqual({ a: { x: 0, y: 0 }, b: { x: 0, y: 40 }, c: { x: 0, y: 500 } })
    expect(spots(align(three, 'right'))).toEqual({ a: { x: 900, y: 0 }, b: { x: 724, y: 40 }, c: { x: 900, y: 500 } })
    expect(spots(align(three, 'centre'))).toEqual({ a: { x: 450, y: 0 }, b: { x: 362, y: 40 }, c: { x: 450, y: 500 } })
    expect(spots(align(three, 'top'))).toEqual({ a: { x: 0, y: 0 }, b: { x: 300, y: 0 }, c: { x: 900, y: 0 } })
    expect(spots(align(three, 'bottom'))).toEqual({ a: { x: 0, y: 500 }, b: { x: 300, y: 356 }, c: { x: 900, y: 500 } })
    expect(spots(align(three, 'middle'))).toEqual({ a: { x: 0, y: 250 }, b: { x: 300, y: 178 }, c: { x: 900, y: 250 } })
  })

  it('changes nothing when it stands in line', () => {
    const line = [card('a', 8, 0), card('b', 8, 400)]
    expect(spots(align(line, 'left'))).toEqual({ a: { x: 8, y: 0 }, b: { x: 8, y: 400 } })
  })
})

describe('apart', () => {
  it('leaves the same space between each and the next, and the outermost where they are', () => {
    expect(spots(distribute(three, 'across'))).toEqual({ a: { x: 0, y: 0 }, b: { x: 362, y: 40 }, c: { x: 900, y: 500 } })
    expect(spots(distribute(three, 'down'))).toEqual({ a: { x: 0, y: 0 }, b: { x: 300, y: 178 }, c: { x: 900, y: 500 } })
  })

  it('overlaps alike where there is no room', () => {
    const close = [card('a', 0, 0), card('b', 10, 0), card('c', 100, 0)]
    expect(spots(distribute(close, 'across'))).toEqual({ a: { x: 0, y: 0 }, b: { x: 50, y: 0 }, c: { x: 100, y: 0 } })
  })

  it('is whole numbers, as the wire wants', () => {
    const odd = distribute([card('a', 0, 0), card('b', 10, 0), card('c', 20, 0), card('d', 1001, 0)], 'across')
    for (const { x } of odd.values()) expect(Number.isInteger(x)).toBe(true)
  })
})

describe('in rows', () => {
  it('is as square as may be, in reading order, from where the first of them lay', () => {
    const heap = [card('d', 40, 210), card('a', 0, 3), card('c', 420, 20), card('b', 200, -10), card('e', 300, 190)]
    expect(inReadingOrder(heap).map((one) => one.id)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(spots(tidy(heap))).toEqual({
      a: { x: 0, y: -10 }, b: { x: 176, y: -10 }, c: { x: 352, y: -10 }, d: { x: 0, y: 134 }, e: { x: 176, y: 134 },
    })
  })

  it('keeps within a width, and makes room for large ones', () => {
    expect(spots(tidy(three, 400))).toEqual({ a: { x: 0, y: 0 }, b: { x: 0, y: 144 }, c: { x: 0, y: 432 } })
    expect(spots(tidy(three))).toEqual({ a: { x: 0, y: 0 }, b: { x: 176, y: 0 }, c: { x: 0, y: 288 } })
  })

  it('leaves nothing overlapping, whatever it was', () => {
    let seed = 7
    const random = (most: number) => (seed = (seed * 48271) % 2147483647) % most
    const heap = Array.from({ length: 60 }, (_, i) => card(String(i), random(500), random(500), 80 + random(300), 60 + random(300)))
    const placed = [...tidy(heap)].map(([id, at]) => ({ ...heap[Number(id)]!, ...at }))
    const overlaps = placed.flatMap((a) => placed.filter((b) => a.id < b.id && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height))
    expect(overlaps).toEqual([])
  })
})
