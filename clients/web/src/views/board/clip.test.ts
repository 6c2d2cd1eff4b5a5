import { describe, expect, it } from 'vitest'
import { card } from '../../actions/board/testing'
import { cleaned, fromHtml, PASTED_MOST, toClipboard } from './clip'
import { notesFrom } from './pastedText'

const marked = (held: unknown) => `<ul data-korsdrag-cards="${btoa(JSON.stringify(held))}"></ul>`
const copy = { text: 'Hej', colour: 'arg', x: 1, y: 2, width: 160, height: 128 }

describe('cards on the clipboard', () => {
  const cards = [card('1', { text: 'Åsa sa:\n”Nej” 👩‍👧', colour: 'arg', x: 8, y: -16, width: 336 }), card('2', { text: '<b>Två</b> & "tre"\t' }), card('3', { text: ' ' })]

  it('are lines for others, and themselves for a board', () => {
    const { text, html } = toClipboard(cards)
    expect(text).toBe('Åsa sa: ”Nej” 👩‍👧\n<b>Två</b> & "tre"')
    expect(html).toContain('<li>&lt;b&gt;Två&lt;/b&gt; &amp; "tre"</li>')
    const { copies, left } = fromHtml(html)!
    expect(copies[0]).toEqual({ text: 'Åsa sa:\n”Nej” 👩‍👧', colour: 'arg', x: 8, y: -16, width: 336, height: 128 })
    expect(copies).toHaveLength(3)
    expect(left).toBe(0)
  })

  it('are found in what the system puts around them', () => {
    const { html } = toClipboard(cards)
    expect(fromHtml(`<html><body>\n<!--StartFragment-->${html}<!--EndFragment-->\n</body></html>`)!.copies).toHaveLength(3)
  })

  it('are at most as many as are pasted, and say how many there were besides', () => {
    const { copies, left } = fromHtml(toClipboard(Array.from({ length: 230 }, (_, i) => card(String(i)))).html)!
    expect([copies.length, left]).toEqual([PASTED_MOST, 30])
  })

  it('are checked: another may have written what says it is ours', () => {
    expect(fromHtml('<p>data-korsdrag-cards</p>')).toBeUndefined()
    expect(fromHtml('<ul data-korsdrag-cards="%%%"></ul>')).toBeUndefined()
    for (const held of [null, 7, {}, { format: 2, copies: [copy] }, { format: 1, copies: 'x' }, { format: 1, copies: [] }, { format: 1, copies: [null, { ...copy, x: 'a' }, { ...copy, text: 3 }] }])
      expect(fromHtml(marked(held)), JSON.stringify(held)).toBeUndefined()
    const odd = { text: 'a\u0000b\ud800', colour: '"><script>', x: 1e12, y: -1.5, width: 1, height: 9e9, author: 'me', section: 'x' }
    expect(fromHtml(marked({ format: 1, copies: [odd], left: -5 }))).toEqual({
      copies: [{ text: 'ab', colour: 'kalk', x: 100_000, y: -1, width: 80, height: 2000 }],
      left: 0,
    })
  })
})

describe('a text on a card', () => {
  it('is as long as a card holds, in whole characters', () => {
    expect(cleaned('👩'.repeat(2000))).toEqual({ text: '👩'.repeat(2000), isShortened: false })
    const { text, isShortened } = cleaned('👩'.repeat(2001))
    expect([[...text].length, isShortened]).toEqual([2000, true])
  })
})

describe('rows from a spreadsheet', () => {
  it('are a note each, with the cells as lines', async () => {
    expect(await notesFrom('Idé\tÄgare\r\nKortare möten\tMiljö\r\n\t \r\nCykelpool\t\tTrafik\r\n')).toEqual({
      texts: ['Idé\nÄgare', 'Kortare möten\nMiljö', 'Cykelpool\nTrafik'], left: 0, shortened: 0, isCut: false,
    })
  })

  it('keep cells whole that hold line breaks, tabs and quotes', async () => {
    const { texts } = await notesFrom('"Rad ett\nrad två"\tB\n"Hon sa ""nej"""\tC')
    expect(texts).toEqual(['Rad ett\nrad två\nB', 'Hon sa "nej"\nC'])
  })

  it('are lines of a text too, whose quotes are words', async () => {
    expect((await notesFrom('"Nej" sa hon.\n"Jo då, det gick\nTredje')).texts).toEqual(['"Nej" sa hon.', '"Jo då, det gick', 'Tredje'])
  })

  it('are bounded, and what is left out is counted', async () => {
    const rows = [`${'å'.repeat(2100)}`, ...Array.from({ length: 260 }, (_, i) => `Rad ${i}`)]
    const { texts, left, shortened } = await notesFrom(rows.join('\n'))
    expect([texts.length, left, shortened]).toEqual([PASTED_MOST, 61, 1])
    expect(texts[0]).toHaveLength(2000)
    const endless = await notesFrom('x\n'.repeat(3_000_000))
    expect([endless.texts.length, endless.left, endless.isCut]).toEqual([PASTED_MOST, 500_000 - PASTED_MOST, true])
  })

  it('are none when there is nothing', async () => {
    expect((await notesFrom(' \n\t\n')).texts).toEqual([])
  })
})
