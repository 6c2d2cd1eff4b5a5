/* Somebody leads a workshop by keyboard, and a participant on the other node, whose computer has the wrong time, follows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bringAxe, findings } from './lib/audit.mjs'
import { card, choose, makeBoard, map, oneMind, openBoard } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { Keyboard } from './lib/keyboard.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

/** Keeps all that a screen reader is told. */
const listens = (person) =>
  person.context.addInitScript(() => {
    globalThis.told = []
    document.addEventListener('DOMContentLoaded', () =>
      new MutationObserver(() => {
        const text = document.querySelector('p.sr[role="status"][aria-live="polite"]')?.textContent.trim()
        if (text && globalThis.told.at(-1) !== text) globalThis.told.push(text)
      }).observe(document.body, { subtree: true, childList: true, characterData: true }))
  })
const told = (person) => person.page.evaluate(() => globalThis.told)
const face = (person) => person.page.locator('[data-timer]')
const seconds = async (person) => {
  const [minutes, rest] = (await face(person).textContent()).split(':').map(Number)
  return minutes * 60 + rest
}
const entry = (person, key) => person.page.getByRole('button', { name: person.says(key) })

/** By keyboard: the menu of those who lead, and an entry of it. */
async function leads(person, keys, key) {
  await keys.enter(person.button('board_lead'))
  await keys.enter(entry(person, key).filter({ visible: true }))
}

async function theTwo(board) {
  const miljo = await on.enter(on.network.miljo, 0)
  const trafik = await on.enter(on.network.trafik, 1)
  for (const person of [miljo, trafik]) await Promise.all([bringAxe(person.context), listens(person)])
  // Three hours and a bit ahead.
  await trafik.context.addInitScript(() => {
    const now = Date.now
    Date.now = () => now() + 11_000_000
  })
  await Promise.all([miljo, trafik].map((person) => openBoard(person, board)))
  return [miljo, trafik]
}

test('a timer, looking only, and locks: led by keyboard, followed on another node', async () => {
  const board = await makeBoard(on, { section: 'Idéer', inside: ['Ett'], loose: ['Två', 'Tre'] })
  const [miljo, trafik] = await theTwo(board)
  const keys = new Keyboard(miljo)
  assert.equal(await trafik.button('board_lead').count(), 0, 'a participant does not lead')

  // Fourteen seconds of one's own, said to both.
  await leads(miljo, keys, 'board_timer_start_menu')
  await keys.press('ArrowRight', 'ArrowRight', 'ArrowRight')
  await keys.fill(miljo.field('board_timer_own_time'), '0:14')
  await keys.fill(miljo.page.getByLabel(miljo.says('board_timer_label')), 'Egna idéer')
  await keys.press('Enter')
  await Promise.all([miljo, trafik].map((person) => face(person).waitFor()))
  await eventually(async () => {
    const both = await Promise.all([seconds(miljo), seconds(trafik)])
    assert.ok(both[0] > 0 && Math.abs(both[0] - both[1]) <= 1, `they see ${both}`)
  })

  // The time is out: it is said, nothing is blocked, and who leads can give more.
  await eventually(async () => assert.equal(await face(trafik).textContent(), trafik.says('board_timer_out')), 30_000)
  assert.equal(await trafik.button('board_timer_add_minute').filter({ visible: true }).count(), 0)
  await card(trafik, 'Två').dblclick()
  await trafik.field('board_text_of_card').fill('Två, färdigskriven')
  await trafik.page.keyboard.press('Escape')
  await card(miljo, 'Två, färdigskriven').waitFor()
  await keys.enter(miljo.button('board_timer_add_minute').filter({ visible: true }).last())
  await eventually(async () => assert.ok((await seconds(trafik)) > 50))
  const start = trafik.says('board_said_timer_started_for', { label: 'Egna idéer', time: '14 sekunder' })
  await eventually(async () => {
    const heard = await told(trafik)
    assert.deepEqual(
      heard.filter((text) => !text.startsWith('Nyckelperson')),
      [start, trafik.says('board_said_timer_ten'), trafik.says('board_said_timer_out'), trafik.says('board_said_timer_extended', { time: heard.at(-1).match(/: (.*) kvar/)?.[1] })],
      'what is said, and never more',
    )
  })

  // Looking only, while somebody writes: the words are kept.
  await card(trafik, 'Tre').dblclick()
  await trafik.field('board_text_of_card').fill('Mitt i en mening')
  await leads(miljo, keys, 'board_mode_look')
  await trafik.page.getByText(trafik.says('board_look_line_text')).waitFor()
  await trafik.field('board_text_of_card').waitFor({ state: 'detached' })
  await trafik.page.getByRole('status').filter({ hasText: 'Mitt i en mening' }).waitFor()
  await eventually(async () => assert.ok((await told(trafik)).at(-1).includes(trafik.says('board_bar_look'))))
  const tool = trafik.page.getByRole('button', { name: trafik.says('board_tool_card') }).first()
  assert.equal(await tool.getAttribute('aria-disabled'), 'true')
  assert.match(await tool.getAttribute('aria-label'), new RegExp(trafik.says('board_bar_look')), 'it says why')
  await card(trafik, 'Ett').click({ position: { x: 30, y: 40 } })
  await trafik.page.keyboard.press('Delete')
  assert.equal(await card(trafik, 'Ett').count(), 1)
  for (const person of [miljo, trafik]) assert.deepEqual(await findings(person.page), [])
  await leads(miljo, keys, 'board_mode_write')
  await trafik.button('board_put_draft').click()
  await card(miljo, 'Mitt i en mening').waitFor()

  // A card and a section that only those who lead change, locked from the list.
  const item = (text) => miljo.page.getByRole('treeitem').filter({ hasText: text }).last()
  await keys.to(miljo.page.getByRole('treeitem').and(miljo.page.locator('[tabindex="0"]')))
  await keys.press('Home')
  await keys.enter(miljo.button('board_lock').filter({ visible: true }))
  await eventually(async () => assert.match(await card(trafik, 'Ett').getAttribute('aria-label'), /låst/, 'what lies in a locked section'))
  await keys.to(item('Idéer'), 'Shift+Tab')
  for (let i = 0; i < 9 && !(await keys.isOn(item('Två, färdigskriven'))); i++) await keys.press('ArrowDown')
  await keys.enter(miljo.button('board_lock').filter({ visible: true }))
  await eventually(async () => assert.match(await card(trafik, 'Två, färdigskriven').getAttribute('aria-label'), /låst/))
  const tools = await choose(trafik, 'Två, färdigskriven')
  await tools.getByText(trafik.says('board_bar_card')).waitFor()
  assert.equal(await tools.getByRole('button', { name: trafik.says('board_delete') }).count(), 0)
  await map(trafik).press('m')
  await eventually(async () => assert.equal((await told(trafik)).at(-1), trafik.says('board_bar_card')))
  await tools.getByRole('button', { name: trafik.says('board_read') }).click()
  await trafik.page.getByRole('dialog', { name: trafik.says('board_read_card') }).getByText('Två, färdigskriven').waitFor()
  await trafik.page.keyboard.press('Escape')
  await oneMind(on, board, miljo, trafik)
})
