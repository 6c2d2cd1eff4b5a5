import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PresenceState } from '../../protocol'
import type { Peer } from '../../sync'
import { Others, Said } from './others.svelte'

const peer = (given: Partial<Peer>): Peer => ({ conn: 'c', member: 'm', name: 'Farid', organisation: 'Miljö', colour: 4, ...given })

describe('a card in somebody’s hand', () => {
  it('moves with the cursor from where it was taken', () => {
    const others = new Others()
    others.take([peer({ cursor: { x: 100, y: 100 }, held: ['1'] })])
    expect(others.held.get('1')).toMatchObject({ dx: 0, dy: 0 })
    others.take([peer({ cursor: { x: 140, y: 90 }, held: ['1'] })])
    expect(others.held.get('1')).toMatchObject({ dx: 40, dy: -10 })
    others.take([peer({ cursor: { x: 140, y: 90 } })])
    expect(others.held.size).toBe(0)
    others.take([peer({ cursor: { x: 200, y: 90 }, held: ['1'] })])
    expect(others.held.get('1')).toMatchObject({ dx: 0, dy: 0 })
  })

  it('is known with who writes on which', () => {
    const others = new Others()
    others.take([peer({ editing: '2' }), peer({ conn: 'd' })])
    expect(others.writing.get('2')!.name).toBe('Farid')
    expect(others.people).toHaveLength(1)
  })
})

describe('what we say of ourselves', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is said at most ten times a second while something is held, and at once when it is put down', () => {
    const said: PresenceState[] = []
    const me = new Said((state) => said.push(state))
    me.change({ held: ['1'], cursor: { x: 0, y: 0 } })
    for (let i = 1; i <= 100; i++) {
      me.point({ x: i, y: 0 })
      vi.advanceTimersByTime(10)
    }
    expect(said.length).toBeLessThanOrEqual(11)
    expect(said[said.length - 1]!.cursor!.x).toBeGreaterThan(80)
    me.change({ held: undefined })
    expect(said[said.length - 1]).toEqual({ cursor: { x: 100, y: 0 } })
  })

  it('says nothing twice', () => {
    const said: PresenceState[] = []
    const me = new Said((state) => said.push(state))
    me.change({ editing: '1' })
    me.change({ editing: '1' })
    expect(said).toEqual([{ editing: '1' }])
  })
})
