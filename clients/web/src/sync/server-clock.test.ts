import { afterEach, describe, expect, it, vi } from 'vitest'
import { ServerClock } from './server-clock'

const NOON = 1_700_000_000_000

/** A server whose answers are so long under way, there and back; and a page that has run for `elapsed`. */
function world(ways: readonly [number, number][]) {
  let elapsed = 5_000
  let asked = 0
  return {
    asked: () => asked,
    pass: (ms: number) => (elapsed += ms),
    real: () => NOON + elapsed,
    elapsed: () => elapsed,
    ask: async () => {
      const [there, back] = ways[Math.min(asked++, ways.length - 1)]!
      elapsed += there
      const told = NOON + elapsed
      elapsed += back
      return told
    },
  }
}

afterEach(() => vi.useRealTimers())

describe('the server’s clock', () => {
  it('is not known before it was asked', () => {
    expect(new ServerClock(world([[1, 1]])).now).toBeUndefined()
  })

  it('is told however wrong our own clock is, and whenever that is set', async () => {
    vi.useFakeTimers({ now: new Date('1999-12-31T23:59:59Z'), toFake: ['Date'] })
    const w = world([[10, 10]])
    const clock = new ServerClock(w)
    await clock.measure()
    expect(clock.now).toBe(w.real())
    vi.setSystemTime(new Date('2050-01-01'))
    w.pass(60_000)
    expect(clock.now).toBe(w.real())
  })

  it('takes the answer that was the shortest time under way', async () => {
    const w = world([[400, 20], [30, 50], [20, 700]])
    const clock = new ServerClock(w)
    await clock.measure()
    expect(w.asked()).toBe(3)
    expect(Math.abs(clock.now! - w.real())).toBeLessThanOrEqual(10)
  })

  it('asks once for all who ask at once, and keeps what it knows when nobody answers', async () => {
    const w = world([[5, 5]])
    const clock = new ServerClock(w)
    await Promise.all([clock.measure(), clock.measure()])
    expect(w.asked()).toBe(1)
    w.ask = () => Promise.reject(new Error('away'))
    const lost = new ServerClock(w)
    await lost.measure()
    expect(lost.now).toBeUndefined()
    await clock.measure()
    expect(clock.now).toBe(w.real())
  })
})
