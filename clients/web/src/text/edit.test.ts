import { expect, test } from 'vitest'
import { bytesOf, link, prefix, wrap, type Replacement } from './edit'

const done = (text: string, { start, end, text: put }: Replacement) => text.slice(0, start) + put + text.slice(end)

test('bold goes on and off', () => {
  const on = wrap('en sak till', { start: 3, end: 6 }, '**', 'fet')
  const text = done('en sak till', on)
  expect(text).toBe('en **sak** till')
  expect(done(text, wrap(text, on.select, '**', 'fet'))).toBe('en sak till')
  expect(done('', wrap('', { start: 0, end: 0 }, '**', 'fet'))).toBe('**fet**')
})

test('a list takes whole lines', () => {
  const bullet = (text: string, start: number, end: number) => done(text, prefix(text, { start, end }, () => '- ', /^- /))
  expect(bullet('a\nb\nc', 2, 3)).toBe('a\n- b\nc')
  expect(bullet('a\nb', 0, 3)).toBe('- a\n- b')
  expect(bullet('- a\n- b', 1, 5)).toBe('a\nb')
  expect(done('a\nb', prefix('a\nb', { start: 0, end: 3 }, (i) => `${i + 1}. `, /^\d+\. /))).toBe('1. a\n2. b')
})

test('a link keeps the words or the address', () => {
  expect(done('se här', link('se här', { start: 3, end: 6 }, 'länk'))).toBe('se [här](https://)')
  const text = 'https://example.se'
  expect(done(text, link(text, { start: 0, end: text.length }, 'länk'))).toBe('[länk](https://example.se)')
})

test('å counts as two', () => expect(bytesOf('åäö')).toBe(6))
