import { expect, test } from 'vitest'
import tokens from './tokens.css?raw'

type Colours = Record<string, string>

function block(start: string): Colours {
  const from = tokens.indexOf(start)
  expect(from, start).toBeGreaterThanOrEqual(0)
  const body = tokens.slice(tokens.indexOf('{', from + start.length - 1) + 1, tokens.indexOf('}', from))
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b/g)].map((match) => [match[1]!, match[2]!]))
}

const light = block(':root {')
const system = block(':root:not([data-theme="light"]) {')
const chosen = block('[data-theme="dark"] {')
const dark = { ...light, ...chosen }

const luminance = (colour: string) => {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
  const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const notes = ['kalk', 'ockra', 'puts', 'gronjord', 'arg', 'himmel', 'skymning'].map((name) => `note-${name}`)
const sheets = ['bg', 'canvas', 'raised', 'sunk']
const text: [string, string][] = [
  ...sheets.flatMap((sheet) => ['ink', 'ink-2', 'ink-3', 'arg', 'falu', 'sky'].map((ink): [string, string] => [ink, sheet])),
  ...notes.map((note): [string, string] => ['ink', note]),
  ...notes.map((note): [string, string] => ['ink-2', note]),
  ['on-arg', 'arg'],
  ['arg', 'arg-soft'],
  ['falu', 'falu-soft'],
  ['sky', 'sky-soft'],
  ['ink', 'arg-soft'],
  ['ink', 'falu-soft'],
  ['ink', 'sky-soft'],
  ['ink-2', 'arg-soft'],
  ['bg', 'ink'],
  ['bg', 'falu'],
]
const graphics: [string, string][] = [
  ...sheets.map((sheet): [string, string] => ['ctl', sheet]),
  ...[...sheets, ...notes].map((under): [string, string] => ['focus', under]),
  ...['bg', 'raised'].map((sheet): [string, string] => ['lit-edge', sheet]),
]

test('dark is the same, chosen or from the system', () => expect(system).toEqual(chosen))

const themes: [string, Colours][] = [['light', light], ['dark', dark]]
for (const [name, colours] of themes) {
  test.each(text)(`${name}: text %s on %s is at least 4.5 : 1`, (ink, sheet) => {
    expect(contrast(colours[ink]!, colours[sheet]!)).toBeGreaterThanOrEqual(4.5)
  })
  test.each(graphics)(`${name}: %s on %s is at least 3 : 1`, (mark, sheet) => {
    expect(contrast(colours[mark]!, colours[sheet]!)).toBeGreaterThanOrEqual(3)
  })
}
test.each([1, 2, 3, 4, 5, 6])("white is readable on people's colour %i", (peer) => {
  expect(contrast('#FFFFFF', light[`peer-${peer}`]!)).toBeGreaterThanOrEqual(7)
})
