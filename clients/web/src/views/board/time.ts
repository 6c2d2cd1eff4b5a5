/* time.ts - how long, in words. */
import { m } from '../../i18n.svelte'
import { MINUTE, type Timer } from '../../store/timer'

/** '1 timme 5 minuter', '5 minuter', '1 minut 30 sekunder': rounded up to the second, seconds only under ten minutes. */
export function sayTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const parts = [h > 0 && m.board_hours({ count: h }), min > 0 && m.board_minutes({ count: min }), seconds < 600 && s > 0 && m.board_seconds({ count: s })]
  return parts.filter(Boolean).join(' ') || m.board_seconds({ count: 0 })
}

/** What a name says of it that must not change with each second. */
export function sayAbout(ms: number): string {
  return ms < MINUTE ? m.board_timer_under_a_minute() : sayTime(Math.ceil(ms / MINUTE) * MINUTE)
}

export function sayStarted({ label, duration }: Timer): string {
  return label ? m.board_said_timer_started_for({ label, time: sayTime(duration) }) : m.board_said_timer_started({ time: sayTime(duration) })
}
