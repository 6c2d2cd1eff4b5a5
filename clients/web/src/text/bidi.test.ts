import { expect, test } from 'vitest'
import { m } from '../i18n.svelte'
import { isolate, joined, titled } from './bidi'

test.each([
  ['Anna Ek', 'Anna Ek'],
  [7, '7'],
  ['שלום', '\u2068שלום\u2069'],
  ['a\u202eb', '\u2068a\u202eb\u2069'],
  ['öppen \u2067isolat', '\u2068öppen \u2067isolat\u2069\u2069'],
  ['stängd \u2069för tidigt', '\u2068stängd för tidigt\u2069'],
  ['\u2069\u2066x', '\u2068\u2066x\u2069\u2069'],
])('%j is kept to itself', (text, whole) => expect(isolate(text)).toBe(whole))

test('in a line, in a title and in every message', () => {
  expect(joined(['a', false, undefined, '', '\u202eb'])).toBe('a · \u2068\u202eb\u2069')
  expect(titled('\u202ex')).toBe('\u2068\u202ex\u2069 – Korsdrag')
  expect(m.post_by({ name: '\u202ex' })).toContain('\u2068\u202ex\u2069')
  expect(m.post_by({ name: 'Anna' })).toBe('Inlägg av Anna')
})
