import { describe, expect, it } from 'vitest'
import { crossed, faceOf, leftOf, readTime, untilNext } from './timer'

describe('a timer', () => {
  it('has left what its end says, or what it was paused with', () => {
    expect(leftOf({ duration: 60_000, ends_at: 100_000 }, 70_000)).toBe(30_000)
    expect(leftOf({ duration: 60_000, ends_at: 100_000 }, 170_000)).toBe(0)
    expect(leftOf({ duration: 60_000, left: 12_345 }, 9e15)).toBe(12_345)
  })

  it('shows a begun second whole', () => {
    expect([300_000, 299_001, 60_000, 59_999, 1, 0].map(faceOf)).toEqual(['5:00', '5:00', '1:00', '1:00', '0:01', '0:00'])
    expect(faceOf(3_900_000)).toBe('1:05:00')
    expect(untilNext(299_001)).toBe(1)
    expect(untilNext(5_000)).toBe(1_000)
  })

  it('says the latest of what was crossed, and each once', () => {
    const said: string[] = []
    for (let left = 75_000, before = left; left >= -2_000; before = left, left -= 250) {
      const one = crossed(before, left)
      if (one) said.push(one)
    }
    expect(said).toEqual(['minute', 'ten', 'out'])
    expect(crossed(75_000, 0)).toBe('out')
    expect(crossed(0, 0)).toBeUndefined()
    expect(crossed(0, 60_000)).toBeUndefined()
  })

  it('reads minutes, minutes and seconds, hours', () => {
    expect(['7', '7:30', '0:05', '1:05:00', ' 10 ', '480'].map(readTime)).toEqual([420, 450, 5, 3900, 600, 28_800])
    for (const wrong of ['', 'fem', '0', '0:04', '481', '8:00:01', '1:99', '-1', '1.5', '1:2:3:4']) expect(readTime(wrong), wrong).toBeUndefined()
  })
})
