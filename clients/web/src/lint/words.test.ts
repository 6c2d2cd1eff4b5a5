import { expect, test } from 'vitest'
import boardEn from '../../messages/board/en.json'
import boardSv from '../../messages/board/sv.json'
import en from '../../messages/en.json'
import sv from '../../messages/sv.json'
import { sources } from './files'

type Variant = { declarations: string[]; selectors: string[]; match: Record<string, string> }
type Catalogue = Record<string, unknown>

const pairs: [string, Catalogue, Catalogue][] = [
  ['messages', sv, en],
  ['messages/board', boardSv, boardEn],
]
const textsOf = (message: unknown): string[] =>
  typeof message === 'string' ? [message] : (message as Variant[]).flatMap((variant) => Object.values(variant.match))
const namesIn = (message: unknown) => [...new Set(textsOf(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1])))].sort()
const messagesOf = (catalogue: Catalogue) => Object.entries(catalogue).filter(([key]) => key !== '$schema')

test.each(pairs)('%s say the same things in both languages', (_name, swedish, english) => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(swedish).sort())
  for (const [key, message] of messagesOf(swedish)) {
    expect(textsOf(message).every((text) => text.trim() !== ''), key).toBe(true)
    expect(namesIn(english[key]), key).toEqual(namesIn(message))
    expect(Array.isArray(english[key]), key).toBe(Array.isArray(message))
  }
})

test.each(pairs)('%s have both plural forms', (_name, ...catalogues) => {
  for (const catalogue of catalogues)
    for (const [key, message] of messagesOf(catalogue)) {
      if (!Array.isArray(message)) continue
      for (const variant of message as Variant[]) {
        const name = variant.selectors[0]!
        expect(Object.keys(variant.match).sort(), key).toEqual([`${name}=one`, `${name}=other`])
      }
    }
})

test.each(pairs)('%s are calm: no exclamation marks', (_name, ...catalogues) => {
  for (const catalogue of catalogues) for (const [key, message] of messagesOf(catalogue)) expect(textsOf(message).join(), key).not.toContain('!')
})

test('every message is used, and the ones used exist', () => {
  const used = new Set(sources.flatMap(([, text]) => [...text.matchAll(/\bm\.([a-z_0-9]+)/g)].map((match) => match[1])))
  const known = new Set(pairs.flatMap(([, catalogue]) => messagesOf(catalogue).map(([key]) => key)))
  expect([...known].filter((key) => !used.has(key))).toEqual([])
})
