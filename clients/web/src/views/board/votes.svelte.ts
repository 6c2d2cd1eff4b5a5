/* votes.svelte.ts - voting on an open board: which round there is, what one has given, giving and taking back. */
import { m } from '../../i18n.svelte'
import type { Card, VoteRound } from '../../protocol'
import { newId } from '../../protocol/id'
import type { BoardState } from '../../store/board'
import { isAsked, leftFor, openRound, type VoteEvent } from '../../store/votes'
import { sync } from '../../sync'
import { announce } from '../../ui/announce.svelte'
import { labelOf } from './log'

/** What votes need of an open board. */
export interface VotedBoard {
  readonly id: string
  readonly shown: BoardState | undefined
  card(id: string | undefined): Card | undefined
}

export type Wish = Pick<VoteRound, 'budget' | 'most' | 'per' | 'secret' | 'live' | 'title' | 'sections'>

const SEEN = 'korsdrag.votes.seen'

export class Votes {
  /** One's own, by card, in the round that `#round` names; those on their way included. */
  mine = $state.raw<ReadonlyMap<string, number>>(new Map())
  /** The round whose result one does not want to see on the board any more. */
  #seen = $state(localStorage.getItem(SEEN) ?? '')
  #round = ''
  #onTheWay = 0
  readonly #board: VotedBoard

  constructor(board: VotedBoard) {
    this.#board = board
  }

  /** The round that is open. */
  get open(): VoteRound | undefined {
    return this.#board.shown && openRound(this.#board.shown.rounds)
  }

  /** The round that is shown on the board: the open one, or the last one until one has seen enough of it. */
  get shown(): VoteRound | undefined {
    const last = this.#board.shown?.rounds[0]
    return this.open ?? (last && last.id !== this.#seen ? last : undefined)
  }

  /** By card, of the round that is shown. */
  readonly totals: ReadonlyMap<string, number> = $derived(new Map((this.shown?.results ?? []).map((one) => [one.card, one.votes])))

  isAsked(card: Card): boolean {
    return this.open !== undefined && isAsked(this.open, card)
  }

  left(card?: Card): number {
    const { open } = this
    return open ? leftFor(open, card, this.mine, this.#board.shown!.cards) : 0
  }

  mayGive(card: Card): boolean {
    const { open } = this
    return open !== undefined && isAsked(open, card) && this.left(card) > 0 && (this.mine.get(card.id) ?? 0) < open.most
  }

  /** Gives the card a vote (1) or takes one back (-1). Says why when it cannot be done. */
  give(id: string, by: 1 | -1): void {
    const { open } = this
    const card = this.#board.card(id)
    if (!open || !card) return
    const before = this.mine.get(id) ?? 0
    if (by > 0 && !this.mayGive(card)) return announce(this.#whyNot(open, card, before))
    if (by < 0 && before === 0) return announce(m.vote_said_none_to_take_back())
    const votes = before + by
    this.mine = new Map(this.mine).set(id, votes)
    announce(m.vote_said_given({ count: votes, what: labelOf(card.text), left: this.left(card) }))
    this.#onTheWay++
    sync
      .change('vote.cast', { board: this.#board.id, round: open.id, card: id, votes })
      .done.catch(() => this.#stale())
      .finally(() => this.#onTheWay--)
  }

  async begin(wish: Wish): Promise<void> {
    await sync.now('vote.open', { board: this.#board.id, round: newId(), ...wish })
  }

  async end(round: string): Promise<void> {
    await sync.now('vote.close', { board: this.#board.id, round })
  }

  dismiss(round: string): void {
    this.#seen = round
    localStorage.setItem(SEEN, round)
  }

  /** The board has come to another state: a round may have begun while we were away. */
  take(): void {
    const round = this.open?.id ?? ''
    if (round === this.#round) return
    this.#round = round
    this.mine = new Map()
    if (round) this.#stale()
  }

  /** What others did is said once: when it begins and when it ends. */
  hear(event: VoteEvent): void {
    if (event.type === 'vote.opened') announce(m.vote_said_opened({ count: event.body.round.budget }))
    if (event.type !== 'vote.closed') return
    const first = event.body.results[0]
    const card = first && this.#board.card(first.card)
    announce(first && card ? m.vote_said_closed_first({ what: labelOf(card.text), count: first.votes }) : m.vote_said_closed())
  }

  /** Asks the server what one has given: from here, and from one's other devices. */
  refresh(): void {
    if (this.#round && this.#onTheWay === 0) this.#stale()
  }

  #stale(): void {
    const round = this.#round
    sync.ask('vote.list', { board: this.#board.id, round }).then(
      ({ mine }) => {
        if (round === this.#round && this.#onTheWay === 0) this.mine = new Map(mine.map((one) => [one.card, one.votes]))
      },
      () => {}, // the next look asks again
    )
  }

  #whyNot(open: VoteRound, card: Card, mine: number): string {
    if (!isAsked(open, card)) return m.vote_said_not_asked()
    return mine >= open.most ? m.vote_said_most({ count: open.most }) : m.vote_said_spent()
  }
}
