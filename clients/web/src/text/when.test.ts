import { expect, test } from 'vitest'
import { ago, when } from './when'

const now = new Date(2026, 10, 24, 9, 30).getTime()
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime()

test('times as people say them', () => {
  expect(when(at(2026, 10, 24, 7, 52), 'sv', now)).toBe('07.52')
  expect(when(at(2026, 10, 23, 16, 20), 'sv', now)).toBe('igår 16.20')
  expect(when(at(2026, 10, 20, 12, 0), 'sv', now)).toBe('i fredags')
  expect(when(at(2026, 10, 3, 12, 0), 'sv', now)).toBe('3 november')
  expect(when(at(2025, 10, 3, 12, 0), 'sv', now)).toBe('3 november 2025')
  expect(when(at(2026, 10, 23, 16, 20), 'en', now)).toBe('yesterday 16:20')
  expect(when(at(2026, 10, 20, 12, 0), 'en', now)).toBe('on Friday')
})

test('how long ago', () => {
  expect(ago(now - 20_000, 'sv', now)).toBe('alldeles nyss')
  expect(ago(now - 4 * 60_000, 'sv', now)).toBe('för 4 minuter sedan')
  expect(ago(now - 2 * 3_600_000, 'en', now)).toBe('2 hours ago')
})
