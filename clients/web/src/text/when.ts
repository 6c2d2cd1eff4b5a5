/* when.ts - times as people say them: '07.52', 'igår 16.20', 'i fredags', '3 november'. */
import type { Locale } from '../protocol'

const DAY_MS = 86_400_000

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0)

export function clock(at: number, locale: Locale): string {
  const text = new Intl.DateTimeFormat(locale === 'sv' ? 'sv-SE' : 'en-GB', { hour: '2-digit', minute: '2-digit' }).format(at)
  return locale === 'sv' ? text.replace(':', '.') : text
}

function weekday(at: number, locale: Locale): string {
  const name = new Intl.DateTimeFormat(locale, { weekday: 'long' }).format(at)
  // 'i fredags' is said of the latest; Swedish forms it with an s.
  return locale === 'sv' ? `i ${name}s` : `on ${name}`
}

export function day(at: number, locale: Locale, now: number): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale === 'sv' ? 'sv-SE' : 'en-GB', {
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(at)
}

/** Short, for lists and headings. */
export function when(at: number, locale: Locale, now: number = Date.now()): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS)
  if (days <= 0) return clock(at, locale)
  if (days === 1) return `${locale === 'sv' ? 'igår' : 'yesterday'} ${clock(at, locale)}`
  if (days < 7) return weekday(at, locale)
  return day(at, locale, now)
}

/** 'för 4 minuter sedan', for what is going on now. */
export function ago(at: number, locale: Locale, now: number = Date.now()): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const minutes = Math.round((at - now) / 60_000)
  if (minutes > -1) return locale === 'sv' ? 'alldeles nyss' : 'just now'
  if (minutes > -60) return format.format(minutes, 'minute')
  if (minutes > -60 * 24) return format.format(Math.round(minutes / 60), 'hour')
  return when(at, locale, now)
}

/** All of it, for titles and the datetime attribute's reader. */
export function fully(at: number, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === 'sv' ? 'sv-SE' : 'en-GB', { dateStyle: 'full', timeStyle: 'short' }).format(at)
}

/** A day that was set as YYYY-MM-DD. */
export function dayOf(date: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === 'sv' ? 'sv-SE' : 'en-GB', { day: 'numeric', month: 'long', year: 'numeric' }).format(
    new Date(`${date}T12:00:00`),
  )
}
