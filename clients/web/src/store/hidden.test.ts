import { describe, expect, it } from 'vitest'
import type { HiddenCard } from '../protocol'
import { answered, known, merged, nextOf, stranded, told, type Unsent } from './hidden'

const card = (id: string, text: string, given: Partial<HiddenCard> = {}): HiddenCard => ({ id, text, colour: 'ockra', ...given })
const unsent = (id: string, text: string, given: Partial<Unsent> = {}): Unsent => ({ id, text, colour: 'ockra', ...given })

describe('what is written privately', () => {
  it('is shown as changed here, then what is new, without what is thrown away', () => {
    const list = [card('a', 'ett'), card('b', 'två', { section: 's' }), card('c', 'tre', { removed: true })]
    const shown = merged(list, [unsent('b', 'två nya'), unsent('d', 'fyra'), unsent('a', 'ett', { isDeleted: true })])
    expect(shown.map((one) => [one.id, one.text, one.isSaved, one.isRemoved])).toEqual([
      ['b', 'två nya', false, false],
      ['c', 'tre', true, true],
      ['d', 'fyra', false, false],
    ])
    expect(shown[0]!.section).toBeUndefined()
  })

  it('is kept until the server has it, the last word alone', () => {
    const [first, second] = [unsent('a', 'ett'), unsent('a', 'ett och')]
    let waiting = told(told([], first), unsent('b', ' '))
    expect(nextOf([], waiting)).toBe(first)
    waiting = told(waiting, second) // while the first is on its way
    waiting = answered(waiting, first)
    expect(nextOf([], waiting)).toBe(second)
    waiting = answered(waiting, second)
    expect(waiting.map((one) => one.id)).toEqual(['b'])
    expect(nextOf([], waiting)).toBeUndefined()
    // Words that the server had are taken away there; the empty card waits here.
    expect(nextOf([card('b', 'hade ord')], waiting)).toBe(waiting[0])
    expect(known([card('b', 'hade ord')], waiting[0]!)).toEqual([])
    expect(answered(waiting, waiting[0]!)).toEqual(waiting)
  })

  it('is known to be at the server once that has answered', () => {
    expect(known([card('a', 'ett')], unsent('a', 'nytt', { section: 's' }))).toEqual([card('a', 'nytt', { section: 's' })])
    expect(known([card('a', 'ett')], unsent('b', 'två')).map((one) => one.id)).toEqual(['a', 'b'])
    expect(known([card('a', 'ett')], unsent('a', 'ett', { isDeleted: true }))).toEqual([])
  })

  it('stays where it was first seen', () => {
    const places = new Map<string, number>()
    merged([card('a', 'ett')], [unsent('b', ''), unsent('c', 'tre')], places)
    expect(merged([card('c', 'tre')], [unsent('b', ''), unsent('a', '')], places).map((one) => one.id)).toEqual(['a', 'b', 'c'])
  })

  it('is not lost when the round ends first', () => {
    const waiting = [unsent('a', 'hann'), unsent('b', 'hann inte'), unsent('c', ' '), unsent('d', 'bort', { isDeleted: true })]
    expect(stranded(waiting, new Map([['a', 1]]))).toEqual(['hann inte'])
  })
})
