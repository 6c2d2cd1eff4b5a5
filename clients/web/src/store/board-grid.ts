/* board-grid.ts - which cards lie in a rectangle, without looking at all of them: a hash grid of 800-unit cells. */
import type { Card } from '../protocol'
import { overlaps, type Rect } from './board-query'

export const CELL = 800

const keyOf = (column: number, row: number) => column * 1_000_003 + row

export class CardGrid {
  #cards: ReadonlyMap<string, Card> = new Map()
  #cells = new Map<number, Set<string>>()

  /** Takes over what has changed since the last time. */
  update(cards: ReadonlyMap<string, Card>): void {
    if (cards === this.#cards) return
    const before = this.#cards
    for (const card of cards.values()) {
      const old = before.get(card.id)
      if (old === card) continue
      if (old && isSamePlace(old, card)) continue
      if (old) this.#take(old, (cell, id) => cell.delete(id))
      this.#take(card, (cell, id) => cell.add(id))
    }
    for (const old of before.values()) if (!cards.has(old.id)) this.#take(old, (cell, id) => cell.delete(id))
    this.#cards = cards
  }

  /** The cards that overlap it, each once, in no order. */
  within(rect: Rect): Card[] {
    const found = new Set<string>()
    this.#each(rect, (key) => {
      for (const id of this.#cells.get(key) ?? []) found.add(id)
    })
    const cards: Card[] = []
    for (const id of found) {
      const card = this.#cards.get(id)!
      if (overlaps(card, rect)) cards.push(card)
    }
    return cards
  }

  #take(card: Card, what: (cell: Set<string>, id: string) => void): void {
    this.#each(card, (key) => {
      let cell = this.#cells.get(key)
      if (!cell) this.#cells.set(key, (cell = new Set()))
      what(cell, card.id)
      if (cell.size === 0) this.#cells.delete(key)
    })
  }

  #each(rect: Rect, visit: (key: number) => void): void {
    const right = Math.floor((rect.x + rect.width) / CELL)
    const bottom = Math.floor((rect.y + rect.height) / CELL)
    for (let column = Math.floor(rect.x / CELL); column <= right; column++) {
      for (let row = Math.floor(rect.y / CELL); row <= bottom; row++) visit(keyOf(column, row))
    }
  }
}

function isSamePlace(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height
}
