/* selection.svelte.ts - the cards that are worked on together. The focus goes about on its own: it is where the keys are,
 * and a selection is what they act on when there is one. */
import { m } from '../../i18n.svelte'
import type { Card, Colour } from '../../protocol'
import type { BoardState } from '../../store/board'
import { allInOrder } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard } from './board.svelte'

export class Selection {
  /** Only cards that are on the board. */
  ids = $state.raw<ReadonlySet<string>>(new Set())

  constructor(readonly board: OpenedBoard) {}

  get size(): number {
    return this.ids.size
  }

  has(card: string): boolean {
    return this.ids.has(card)
  }

  /** In the order in which they are read. */
  get cards(): Card[] {
    const { shown } = this.board
    if (!shown || this.size === 0) return []
    return [...allInOrder(shown)].filter((id) => this.ids.has(id)).map((id) => shown.cards.get(id)!)
  }

  /** What a deed is done to: the selection, or the focused card when there is none. */
  get acting(): string[] {
    if (this.size > 0) return this.cards.map((card) => card.id)
    return this.board.focusedCard ? [this.board.focusedCard.id] : []
  }

  /** The colour that all of them have, if they do. */
  get colour(): Colour | undefined {
    const [first, ...rest] = this.cards
    return rest.every((card) => card.colour === first?.colour) ? first?.colour : undefined
  }

  toggle(card: string): void {
    const ids = new Set(this.ids)
    if (!ids.delete(card)) ids.add(card)
    this.#set(ids)
  }

  /** All of these, or none of them when all are in already. */
  toggleAll(cards: readonly string[]): void {
    const ids = new Set(this.ids)
    const areAll = cards.every((id) => ids.has(id))
    for (const id of cards) {
      if (areAll) ids.delete(id)
      else ids.add(id)
    }
    this.#set(ids)
  }

  add(...cards: readonly string[]): void {
    this.#set(new Set([...this.ids, ...cards]))
  }

  /** Without a word: a rectangle is still being drawn, or more is said than that. */
  preview(cards: Iterable<string>): void {
    this.ids = this.#there(cards)
  }

  all(): void {
    if (this.board.shown) this.#set(new Set(this.board.shown.cards.keys()))
  }

  clear(isQuiet = false): void {
    if (this.size === 0) return
    this.ids = new Set()
    if (!isQuiet) announce(m.board_said_none_selected())
  }

  say(): void {
    announce(this.size === 0 ? m.board_said_none_selected() : m.board_said_selected({ count: this.size }))
  }

  /** Those that are gone are gone from here too. */
  keep(state: BoardState): void {
    if ([...this.ids].some((id) => !state.cards.has(id))) this.ids = new Set([...this.ids].filter((id) => state.cards.has(id)))
  }

  #there(cards: Iterable<string>): Set<string> {
    const { shown } = this.board
    return new Set([...cards].filter((id) => shown?.cards.has(id)))
  }

  #set(cards: ReadonlySet<string>): void {
    this.ids = this.#there(cards)
    this.say()
  }
}
