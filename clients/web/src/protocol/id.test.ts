import { expect, test } from 'vitest'
import { isId, newId } from './id'

test('ids are UUIDv7 and sort by time', () => {
  const early = newId(1_700_000_000_000)
  const late = newId(1_700_000_000_001)
  expect(early).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab]/)
  expect(early < late).toBe(true)
  expect(isId(early)).toBe(true)
  expect(isId('Not-an-id')).toBe(false)
})

test('ids do not repeat', () => {
  expect(new Set(Array.from({ length: 1000 }, () => newId())).size).toBe(1000)
})

test('ids sort as they were made, also many within a millisecond', () => {
  const ids = Array.from({ length: 10_000 }, () => newId())
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every(isId)).toBe(true)
})
