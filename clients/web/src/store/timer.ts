/* timer.ts - what a board's timer shows at a time, and what is said of it. Pure: the time is given, by the server's clock. */
import type { Board } from '../protocol'

export type Timer = NonNullable<Board['timer']>

export const SECONDS_MIN = 5
export const SECONDS_MAX = 28_800
export const MINUTE = 60_000
export const LAST = 10_000

/** What is left, in ms; 0 when the time is out. */
export function leftOf(timer: Timer, now: number): number {
  return Math.max(0, timer.left ?? (timer.ends_at ?? 0) - now)
}

export const isPaused = (timer: Timer): boolean => timer.left !== undefined

/** `4:59`, `1:05:00`. A second that has begun is shown whole, so that 0:00 is the end. */
export function faceOf(left: number): string {
  const seconds = Math.ceil(left / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(min)}:${two(s)}` : `${min}:${two(s)}`
}

/** When the face next changes, in ms from now. */
export function untilNext(left: number): number {
  return left % 1000 || 1000
}

/** What has been crossed on the way from `before` to `left`, the latest of it: a page that slept says one thing, not three. */
export function crossed(before: number, left: number): 'minute' | 'ten' | 'out' | undefined {
  if (before > 0 && left <= 0) return 'out'
  if (before > LAST && left <= LAST) return 'ten'
  if (before > MINUTE && left <= MINUTE) return 'minute'
  return undefined
}

/** Seconds of '7', '7:30' or '1:05:00', where one number alone is minutes; undefined when it is none of these or beyond what a timer takes. */
export function readTime(text: string): number | undefined {
  const given = text.trim()
  if (!/^\d{1,3}(:[0-5]?\d){0,2}$/.test(given)) return undefined
  const parts = given.split(':').map(Number) as [number, number?, number?]
  const [h, min, s] = parts.length === 3 ? [parts[0], parts[1]!, parts[2]!] : [0, parts[0], parts[1] ?? 0]
  const seconds = h * 3600 + min * 60 + s
  return seconds >= SECONDS_MIN && seconds <= SECONDS_MAX ? seconds : undefined
}
