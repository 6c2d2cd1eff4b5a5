import { describe, expect, it } from 'vitest'
import type { Card, Section, StreamEvent } from '../protocol'
import type { Change } from '../sync/kind'
import { apply, boardKind, load, LOOSE, type BoardState } from './board'
import { isBefore, orderBetween } from './board-order'
import { CardGrid } from './board-grid'
import { barOf, leads } from './board-lock'
import * as query from './board-query'

const me = { id: 'm1', name: 'Projektledare', organisation: { id: 'o1', short: 'slk', name: 'Stadsledningskontoret' } }
const board = { id: 'b', space: { id: 's', name: 'Rum', openness: 'network' as const }, title: 'Tavla', created_by: me, created_at: 0, mode: 'write' as const, may_moderate: false }

const card = (id: string, given: Partial<Card> = {}): Card => ({
  id, text: id, revision: 1, colour: 'kalk', x: 0, y: 0, width: 160, height: 128, order: 'a0', author: me, created_at: 0, ...given,
})
const section = (id: string, given: Partial<Section> = {}): Section => ({ id, title: id, x: 0, y: 0, width: 560, height: 420, order: 'a0', ...given })
const stateOf = (cards: Card[], sections: Section[] = []) => load({ board, cards, sections })

let seq = 0
const event = (type: string, body: object, actor = 'm2') => ({ seq: ++seq, at: 0, actor, type, body }) as unknown as StreamEvent
const foresee = (state: BoardState, method: string, params: object) =>
  boardKind.foresee!(state, { op: 'op', method, params: { board: 'b', ...params }, at: 7 } as unknown as Change, me)!
const ids = (state: BoardState, group = LOOSE) => state.inOrder.get(group) ?? []

describe('order', () => {
  it('compares bytewise, not by language', () => {
    // In Swedish and English 'Zz' sorts after 'a0'; in bytes it is before.
    const state = stateOf([card('1', { order: 'a0' }), card('2', { order: 'Zz' }), card('3', { order: 'a0V' }), card('4', { order: 'a0f' })])
    expect(ids(state)).toEqual(['2', '1', '3', '4'])
  })

  it('breaks ties on the id', () => {
    expect(ids(stateOf([card('c'), card('a'), card('b')]))).toEqual(['a', 'b', 'c'])
    expect(isBefore({ id: 'a', order: 'a1' }, { id: 'b', order: 'a1' })).toBe(true)
  })

  it('makes keys between, also between equal ones', () => {
    expect(orderBetween(undefined, undefined)).toBe('a0')
    const key = orderBetween('a0', 'a1')
    expect('a0' < key && key < 'a1').toBe(true)
    expect(orderBetween('a1', 'a1') > 'a1').toBe(true)
  })
})

describe('events', () => {
  it('put, move, write on, colour, resize, delete and restore a card', () => {
    let state = stateOf([card('1')], [section('x')])
    state = apply(state, [event('card.created', { card: card('2', { order: 'a1' }) })])
    expect(ids(state)).toEqual(['1', '2'])
    state = apply(state, [event('card.moved', { card: '1', section: 'x', x: 40, y: 80, order: 'a5' })])
    expect([ids(state), ids(state, 'x')]).toEqual([['2'], ['1']])
    state = apply(state, [event('card.moved', { card: '1', x: 0, y: 0, order: 'a9' })])
    expect([ids(state), ids(state, 'x')]).toEqual([['2', '1'], []])
    expect(state.cards.get('1')!.section).toBeUndefined()
    state = apply(state, [
      event('card.edited', { card: '1', text: 'ny', revision: 2 }),
      event('card.recoloured', { card: '1', colour: 'ockra' }),
      event('card.resized', { card: '1', width: 320, height: 200 }),
    ])
    expect(state.cards.get('1')).toMatchObject({ text: 'ny', revision: 2, colour: 'ockra', width: 320, height: 200 })
    expect(state.writers.get('1')).toBe('m2')
    state = apply(state, [event('card.deleted', { card: '1' })])
    expect(state.cards.has('1')).toBe(false)
    expect(state.deleted.get('1')!.text).toBe('ny')
    state = apply(state, [event('card.restored', { card: card('1', { text: 'ny', revision: 2, order: 'a9' }) })])
    expect(ids(state)).toEqual(['2', '1'])
    expect(state.deleted.has('1')).toBe(false)
  })

  it('make, change and delete a section, whose cards become loose where they lie', () => {
    let state = stateOf([card('1', { section: 'x', order: 'a1' }), card('2', { order: 'a0' })], [section('x', { order: 'a1' })])
    state = apply(state, [event('section.created', { section: section('y', { order: 'a0' }) })])
    expect(state.sectionOrder).toEqual(['y', 'x'])
    state = apply(state, [event('section.changed', { section: 'x', order: 'Zz', title: 'Först' })])
    expect(state.sectionOrder).toEqual(['x', 'y'])
    expect(state.sections.get('x')).toMatchObject({ title: 'Först', width: 560 })
    state = apply(state, [event('section.deleted', { section: 'x' })])
    expect(state.sectionOrder).toEqual(['y'])
    expect(ids(state)).toEqual(['2', '1'])
  })

  it('never change the state that they are applied to', () => {
    const before = stateOf([card('1'), card('2', { order: 'a1' })], [section('x')])
    const copy = structuredClone(before)
    apply(before, [
      event('card.moved', { card: '1', section: 'x', x: 1, y: 1, order: 'a0' }),
      event('card.deleted', { card: '2' }),
      event('section.deleted', { section: 'x' }),
      event('board.renamed', { title: 'Annat' }),
    ])
    expect(before).toEqual(copy)
  })

  it('leave the state itself when they change nothing, and pass over what they do not know', () => {
    const state = stateOf([card('1')])
    expect(apply(state, [event('card.recoloured', { card: '1', colour: 'kalk' })])).toBe(state)
    expect(apply(state, [event('card.moved', { card: 'gone', x: 0, y: 0, order: 'a0' }), event('vote.set', {})])).toBe(state)
  })

  it('do not take an older text for a newer one', () => {
    const state = stateOf([card('1', { text: 'ny', revision: 3 })])
    expect(apply(state, [event('card.edited', { card: '1', text: 'gammal', revision: 2 })]).cards.get('1')!.text).toBe('ny')
  })

  it('hold the order of a group through a thousand random changes', () => {
    let state = stateOf([], [section('x'), section('y', { order: 'a1' })])
    const known = new Map<string, Card>()
    let seed = 1
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below
    const keys = ['Zz', 'a0', 'a0V', 'a1', 'a1l', 'b00', 'b0V']
    for (let i = 0; i < 1000; i++) {
      const id = `c${random(40)}`
      const place = { section: [undefined, 'x', 'y'][random(3)], order: keys[random(keys.length)]!, x: 0, y: 0 }
      if (!known.has(id)) {
        known.set(id, card(id, place))
        state = apply(state, [event('card.created', { card: known.get(id) })])
      } else if (random(4) === 0) {
        known.delete(id)
        state = apply(state, [event('card.deleted', { card: id })])
      } else {
        known.set(id, { ...known.get(id)!, ...place })
        state = apply(state, [event('card.moved', { card: id, ...place })])
      }
    }
    for (const group of [LOOSE, 'x', 'y']) {
      const expected = [...known.values()].filter((one) => (one.section ?? LOOSE) === group).sort((a, b) => (isBefore(a, b) ? -1 : 1))
      expect(ids(state, group)).toEqual(expected.map((one) => one.id))
    }
  })
})

describe('what is foreseen', () => {
  it('makes a card as the server will, once', () => {
    const params = { card: '1', text: 'Hej', colour: 'puts', x: 8, y: 16, order: 'a0' }
    const state = foresee(stateOf([]), 'card.create', params)
    expect(state.cards.get('1')).toMatchObject({ text: 'Hej', width: 160, height: 128, revision: 1, author: me, created_at: 7 })
    expect(foresee(state, 'card.create', params)).toBe(state)
  })

  it('does not bring back a card that has been deleted meanwhile', () => {
    const deleted = apply(stateOf([card('1')]), [event('card.deleted', { card: '1' })])
    expect(foresee(deleted, 'card.create', { card: '1', text: '', colour: 'puts', x: 0, y: 0, order: 'a0' }).cards.size).toBe(0)
  })

  it('counts the revision up, so that the next text is based on this one', () => {
    let state = foresee(stateOf([card('1')]), 'card.edit', { card: '1', text: 'ett', revision: 1 })
    state = foresee(state, 'card.edit', { card: '1', text: 'två', revision: 2 })
    expect(state.cards.get('1')).toMatchObject({ text: 'två', revision: 3 })
  })

  it('shows nothing of a text that is based on an older one', () => {
    const state = stateOf([card('1', { text: 'deras', revision: 2 })])
    expect(foresee(state, 'card.edit', { card: '1', text: 'min', revision: 1 })).toBe(state)
  })

  it('brings a deleted card back, loose when its section is gone', () => {
    let state = stateOf([card('1', { section: 'x' })], [section('x')])
    state = foresee(state, 'card.delete', { card: '1' })
    expect(state.cards.size).toBe(0)
    expect(foresee(state, 'card.restore', { card: '1' }).cards.get('1')!.section).toBe('x')
    state = foresee(state, 'section.delete', { section: 'x' })
    expect(foresee(state, 'card.restore', { card: '1' }).cards.get('1')!.section).toBeUndefined()
  })

  it('is the same for many at once as for one after the other, and leaves what it began with', () => {
    let seed = 11
    const random = (most: number) => (seed = (seed * 48271) % 2147483647) % most
    const start = stateOf(Array.from({ length: 20 }, (_, i) => card(String(i), { section: i % 3 ? 'x' : undefined, order: `a${i % 7}` })), [section('x')])
    const before = JSON.stringify([...start.inOrder, ...start.cards])
    const one = (): [string, object] => {
      const id = String(random(24))
      const put = { card: id, x: random(900), y: random(900), order: `a${random(9)}`, ...(random(2) ? { section: 'x' } : {}) }
      const kinds: [string, object][] = [
        ['card.move', put], ['card.move', put], ['card.create', { ...put, text: 'ny', colour: 'arg' }], ['card.delete', { card: id }],
        ['card.restore', { card: id }], ['card.recolour', { card: id, colour: 'puts' }], ['section.change', { section: 'x', title: `T${random(9)}` }],
      ]
      return kinds[random(kinds.length)]!
    }
    const changes = Array.from({ length: 300 }, one)
    const wire = changes.map(([method, params]) => ({ op: 'op', method, params: { board: 'b', ...params }, at: 7 }) as unknown as Change)
    const inTurn = changes.reduce((state, [method, params]) => foresee(state, method, params), start)
    expect(boardKind.foreseeAll!(start, wire, me)).toEqual(inTurn)
    expect(JSON.stringify([...start.inOrder, ...start.cards])).toBe(before)
  })

  it('makes a new board that is not there yet', () => {
    const change = { op: 'o', method: 'board.create', params: { board: 'b', space: 's', title: 'Ny' }, at: 1 } as unknown as Change
    expect(boardKind.foresee!(undefined, change, me)!.board.title).toBe('Ny')
  })
})

describe('questions', () => {
  const rows = stateOf(
    [
      card('1', { x: 0, y: 0 }),
      card('2', { x: 176, y: 8, order: 'a1' }),
      card('3', { x: 0, y: 144, order: 'a2' }),
      card('4', { x: 900, y: 900, order: 'a3' }),
    ],
  )

  it('find the nearest card in a direction', () => {
    expect(query.towards(rows, '1', 'right')).toBe('2')
    expect(query.towards(rows, '1', 'down')).toBe('3')
    expect(query.towards(rows, '2', 'left')).toBe('1')
    expect(query.towards(rows, '3', 'up')).toBe('1')
    expect(query.towards(rows, '1', 'up')).toBeUndefined()
    expect(query.towards(rows, '3', 'right')).toBe('2')
  })

  it('say where the focus goes when a card goes', () => {
    expect(query.neighbourOf(rows, '1')).toBe('2')
    expect(query.neighbourOf(rows, '4')).toBe('3')
    expect(query.neighbourOf(stateOf([card('1')]), '1')).toBeUndefined()
  })

  it('go through the sections first and then what lies loose', () => {
    const state = stateOf([card('1'), card('2', { section: 'y' }), card('3', { section: 'x' })], [section('x', { order: 'a1' }), section('y')])
    expect([...query.allInOrder(state)]).toEqual(['2', '3', '1'])
    expect(query.nextInOrder(state, '3', 1)).toBe('1')
  })

  it('enclose everything', () => {
    expect(query.boundsOf(rows)).toEqual({ x: 0, y: 0, width: 1060, height: 1028 })
    expect(query.boundsOf(stateOf([]))).toBeUndefined()
  })

  it('give a dropped card its place in reading order', () => {
    const between = query.orderAt(rows, LOOSE, { id: 'new', x: 360, y: 4, width: 160, height: 128 })
    expect('a1' < between && between < 'a2').toBe(true)
    expect(query.orderAt(rows, LOOSE, { id: 'new', x: -200, y: 0, width: 160, height: 128 }) < 'a0').toBe(true)
  })

  it('find a free slot, and let a full section grow', () => {
    const small = section('x', { width: 400, height: 220 })
    const state = stateOf([card('1', { section: 'x', x: 20, y: 60 })], [small])
    expect(query.freeSlot(state, small)).toEqual({ x: 196, y: 60 })
    const full = stateOf([card('1', { section: 'x', x: 20, y: 60 }), card('2', { section: 'x', x: 196, y: 60 })], [small])
    expect(query.freeSlot(full, small)).toEqual({ x: 20, y: 204, grow: { width: 400, height: 352 } })
  })

  it('do not let it grow over its neighbour', () => {
    const small = section('x', { width: 400, height: 220 })
    const state = stateOf([card('1', { section: 'x', x: 20, y: 60 }), card('2', { section: 'x', x: 196, y: 60 })], [small, section('y', { y: 240 })])
    expect(query.freeSlot(state, small).grow).toBeUndefined()
  })
})

describe('the grid', () => {
  it('answers as looking at every card would, through moves and deletions', () => {
    const grid = new CardGrid()
    let seed = 7
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below
    let state = stateOf(Array.from({ length: 300 }, (_, i) => card(`c${i}`, { x: random(9000) - 4500, y: random(9000) - 4500 })))
    for (let round = 0; round < 30; round++) {
      state = apply(state, [
        event('card.moved', { card: `c${random(300)}`, x: random(9000) - 4500, y: random(9000) - 4500, order: 'a0' }),
        event('card.resized', { card: `c${random(300)}`, width: 1700, height: 900 }),
        event('card.deleted', { card: `c${random(300)}` }),
      ])
      grid.update(state.cards)
      const rect = { x: random(6000) - 4000, y: random(6000) - 4000, width: 1440, height: 900 }
      const expected = [...state.cards.values()].filter((one) => query.overlaps(one, rect)).map((one) => one.id)
      expect(grid.within(rect).map((one) => one.id).sort()).toEqual(expected.sort())
    }
  })
})

describe('what a board is led with', () => {
  it('is told by events: mode, timer and locks', () => {
    let state = stateOf([card('1', { section: 'x' }), card('2')], [section('x')])
    state = apply(state, [event('board.mode_set', { mode: 'look' }), event('timer.started', { timer: { label: 'L', duration: 9, ends_at: 5 } })])
    expect([state.board.mode, state.board.timer]).toEqual(['look', { label: 'L', duration: 9, ends_at: 5 }])
    state = apply(state, [event('timer.paused', { timer: { duration: 9, left: 4 } })])
    expect(state.board.timer).toEqual({ duration: 9, left: 4 })
    state = apply(state, [event('timer.stopped', {}), event('section.locked', { section: 'x' }), event('card.locked', { card: '2' })])
    expect([state.board.timer, state.sections.get('x')!.locked, state.cards.get('2')!.locked]).toEqual([undefined, true, true])
    state = apply(state, [event('section.unlocked', { section: 'x' }), event('card.unlocked', { card: '2' })])
    expect([state.sections.get('x')!.locked, state.cards.get('2')!.locked]).toEqual([undefined, undefined])
  })

  it('bars all but who leads it, from as much as the server would', () => {
    let state = stateOf([card('1', { section: 'x' }), card('2')], [section('x'), section('y')])
    const of = (id: string) => ({ card: state.cards.get(id)! })
    expect([barOf(state), barOf(state, of('1')), barOf(state, { section: 'x' })]).toEqual([undefined, undefined, undefined])
    state = apply(state, [event('section.locked', { section: 'x' }), event('card.locked', { card: '2' })])
    expect([barOf(state), barOf(state, of('1')), barOf(state, { section: 'x' }), barOf(state, of('2'))]).toEqual([undefined, 'section', 'section', 'card'])
    expect(barOf(state, { card: state.cards.get('2')!, section: 'x' })).toBe('section')
    expect(barOf(state, { section: 'y' })).toBeUndefined()
    state = apply(state, [event('board.mode_set', { mode: 'look' })])
    expect(barOf(state)).toBe('look')
    expect([leads(state, 'm1'), leads(state, 'm2'), leads(state, undefined)]).toEqual([true, false, false])
    expect(leads({ ...state, board: { ...state.board, may_moderate: true } }, 'm2')).toBe(true)
  })
})
