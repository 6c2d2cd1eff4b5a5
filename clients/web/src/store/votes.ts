/* votes.ts - a board's rounds of votes: what events make of them, and who has how many votes left. Pure. */
import type { Card, StreamEvent, VoteRound, VoteTotal } from '../protocol'

export type Rounds = readonly VoteRound[]
export type VoteEvent = Extract<StreamEvent, { type: `vote.${string}` }>

/** As many as the server tells of. */
const KEPT = 20

export function voted(rounds: Rounds, event: VoteEvent): Rounds {
  switch (event.type) {
    case 'vote.opened':
      return [event.body.round, ...rounds.filter((round) => round.id !== event.body.round.id)].slice(0, KEPT)
    case 'vote.cast': {
      const { round, voters, totals } = event.body
      return change(rounds, round, (one) => ({ ...one, voters, results: totals ? merged(one.results ?? [], totals) : one.results }))
    }
    case 'vote.closed': {
      const { round, closed_at, voters, results } = event.body
      return change(rounds, round, (one) => ({ ...one, closed_at, voters, results }))
    }
  }
}

function change(rounds: Rounds, id: string, how: (round: VoteRound) => VoteRound): Rounds {
  return rounds.map((round) => (round.id === id ? how(round) : round))
}

/** Most votes first, as the server orders them. */
function merged(known: readonly VoteTotal[], news: readonly VoteTotal[]): VoteTotal[] {
  const votes = new Map([...known, ...news].map((one) => [one.card, one.votes]))
  return [...votes]
    .filter(([, count]) => count > 0)
    .map(([card, count]) => ({ card, votes: count }))
    .sort((a, b) => b.votes - a.votes || (a.card < b.card ? -1 : 1))
}

export function openRound(rounds: Rounds): VoteRound | undefined {
  return rounds.find((round) => round.closed_at === undefined)
}

/** Whether the round asks about this card. */
export function isAsked(round: VoteRound, card: Pick<Card, 'section'>): boolean {
  return round.sections === undefined || (card.section !== undefined && round.sections.includes(card.section))
}

/** What one may still give, where this card lies. `mine` are one's own votes by card; the server has the last word, for it
 * counts by the section in which a card was voted on. */
export function leftFor(round: VoteRound, card: Card | undefined, mine: ReadonlyMap<string, number>, cards: ReadonlyMap<string, Card>): number {
  let spent = 0
  for (const [id, votes] of mine) {
    const other = cards.get(id)
    if (other && (round.per === 'board' || other.section === card?.section)) spent += votes
  }
  return Math.max(0, round.budget - spent)
}
