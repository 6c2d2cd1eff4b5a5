import { describe, expect, it } from 'vitest'
import type { Card, VoteRound } from '../protocol'
import { isAsked, leftFor, openRound, voted, type VoteEvent } from './votes'

const me = { id: 'm1', name: 'Projektledare', organisation: { id: 'o1', short: 'slk', name: 'Stadsledningskontoret' } }
const round = (id: string, given: Partial<VoteRound> = {}): VoteRound => ({
  id, budget: 3, most: 2, per: 'board', secret: false, live: true, opened_by: me, opened_at: 1, voters: 0, ...given,
})
const event = (type: string, body: object) => ({ seq: 1, at: 0, type, body }) as unknown as VoteEvent
const card = (id: string, section?: string) => ({ id, section }) as Card

describe('rounds', () => {
  it('open before the earlier ones, count and close', () => {
    let rounds = voted([round('1', { closed_at: 5, results: [] })], event('vote.opened', { round: round('2') }))
    expect(openRound(rounds)?.id).toBe('2')
    rounds = voted(rounds, event('vote.cast', { round: '2', voters: 1, totals: [{ card: 'a', votes: 1 }] }))
    rounds = voted(rounds, event('vote.cast', { round: '2', voters: 2, totals: [{ card: 'b', votes: 2 }] }))
    expect(rounds[0]).toMatchObject({ voters: 2, results: [{ card: 'b', votes: 2 }, { card: 'a', votes: 1 }] })
    rounds = voted(rounds, event('vote.cast', { round: '2', voters: 1, totals: [{ card: 'b', votes: 0 }] }))
    expect(rounds[0]!.results).toEqual([{ card: 'a', votes: 1 }])
    rounds = voted(rounds, event('vote.closed', { round: '2', closed_at: 9, voters: 1, results: [{ card: 'a', votes: 1 }] }))
    expect(openRound(rounds)).toBeUndefined()
    expect(rounds.map((one) => one.id)).toEqual(['2', '1'])
  })

  it('tell nothing of cards until they are closed, unless they are live', () => {
    const rounds = voted([round('1', { live: false })], event('vote.cast', { round: '1', voters: 1 }))
    expect(rounds[0]!.results).toBeUndefined()
  })

  it('keep no more than the server tells of', () => {
    let rounds: readonly VoteRound[] = []
    for (let i = 0; i < 25; i++) rounds = voted(rounds, event('vote.opened', { round: round(String(i)) }))
    expect([rounds.length, rounds[0]!.id]).toEqual([20, '24'])
  })
})

describe('what is left', () => {
  const cards = new Map([card('a', 'x'), card('b', 'y'), card('c')].map((one) => [one.id, one]))

  it('is of the board or of the section', () => {
    const mine = new Map([['a', 2], ['b', 1], ['gone', 3]])
    expect(leftFor(round('1'), cards.get('c'), mine, cards)).toBe(0)
    expect(leftFor(round('1', { per: 'section' }), cards.get('a'), mine, cards)).toBe(1)
    expect(leftFor(round('1', { per: 'section' }), cards.get('c'), mine, cards)).toBe(3)
  })

  it('is for the cards that are asked about', () => {
    expect(isAsked(round('1'), card('c'))).toBe(true)
    expect(isAsked(round('1', { sections: ['x'] }), card('a', 'x'))).toBe(true)
    expect(isAsked(round('1', { sections: ['x'] }), card('c'))).toBe(false)
  })
})
