import { beforeAll, describe, expect, it } from 'vitest'
import { i18n } from '../../i18n.svelte'
import type { StreamEvent } from '../../protocol'
import { load } from '../../store/board'
import { hear, labelOf, sum, type Heard } from './log'

beforeAll(() => i18n.set('sv'))

const heard = (deed: Heard['deed'], what: string, given: Partial<Heard> = {}): Heard => ({ deed, what, who: 'Elsa', where: 'Idéer', ...given })
const many = (deed: Heard['deed'], count: number, where = 'Idéer') => Array.from({ length: count }, (_, i) => heard(deed, `”${i}”`, { where }))

describe('what others did', () => {
  it('is told by name when it is one thing', () => {
    expect(sum([heard('moved', '”Byt jobb”')])).toBe('Elsa flyttade ”Byt jobb” i Idéer.')
    expect(sum([heard('deleted', '”Byt jobb”')])).toBe('Elsa tog bort ”Byt jobb”.')
    expect(sum([heard('added', '”Byt jobb”', { where: '' })])).toBe('Elsa la till ”Byt jobb” utanför sektionerna.')
  })

  it('is summed when it is many', () => {
    expect(sum(many('moved', 12))).toBe('12 lappar flyttade i Idéer.')
  })

  it('counts a card that was moved many times once', () => {
    expect(sum([heard('moved', '”A”'), heard('moved', '”A”'), heard('moved', '”A”', { who: 'Farid' })])).toBe('Flera flyttade ”A” i Idéer.')
  })

  it('says the two largest and how much more', () => {
    const line = sum([...many('moved', 5), ...many('added', 3, 'Nästa steg'), heard('edited', '”A”')])
    expect(line).toBe('5 lappar flyttade i Idéer. 3 nya lappar i Nästa steg. Och 1 ändring till.')
  })
})

describe('hearing', () => {
  const me = { id: 'm', name: 'M', organisation: { id: 'o', short: 'o', name: 'O' } }
  const state = load({
    board: { id: 'b', space: { id: 's', name: '', openness: 'network' }, title: '', created_by: me, created_at: 0, mode: 'write' as const, may_moderate: false },
    sections: [{ id: 'x', title: 'Idéer', x: 0, y: 0, width: 500, height: 500, order: 'a0' }],
    cards: [{ id: '1', section: 'x', text: 'Byt\njobb', revision: 1, colour: 'puts', x: 0, y: 0, width: 160, height: 128, order: 'a0', author: me, created_at: 0 }],
  })
  const event = (type: string, body: object) => ({ seq: 1, at: 0, actor: 'e', type, body }) as unknown as StreamEvent

  it('names the card and its section', () => {
    expect(hear(event('card.recoloured', { card: '1', colour: 'ockra' }), state, () => 'Elsa')).toEqual({ deed: 'recoloured', who: 'Elsa', what: '”Byt jobb”', where: 'Idéer' })
    expect(hear(event('section.changed', { section: 'x', x: 9 }), state, () => 'Elsa')).toMatchObject({ deed: 'section', what: 'Idéer' })
    expect(hear(event('board.renamed', { title: 'Ny' }), state, () => 'Elsa')).toBeUndefined()
  })

  it('shortens long words and names an empty card', () => {
    expect(labelOf('  ')).toBe('tom lapp')
    expect(labelOf('x'.repeat(100)).length).toBeLessThan(45)
  })
})
