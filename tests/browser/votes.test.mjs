/* Votes on a board: one leads, another votes with the keyboard alone, on two nodes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit, bringAxe } from './lib/audit.mjs'
import { card, makeBoard, map, openBoard } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

const strip = (person) => person.page.getByRole('region', { name: person.says('vote_round') })
const dialog = (person) => person.page.getByRole('dialog')

test('a secret vote: begun, voted with mouse and with keys alone, and told when it ends', async () => {
  const board = await makeBoard(on, { title: 'Vad prövar vi?', section: 'Idéer', inside: ['Gemensam bokning', 'Öppna data', 'Digital kö'], loose: ['Annat'] })
  const [miljo, trafik] = await Promise.all([
    on.enter(on.network.miljo, 0, { reducedMotion: 'reduce' }),
    on.enter(on.network.trafik, 1, { reducedMotion: 'reduce' }),
  ])
  await Promise.all([miljo, trafik].map((person) => bringAxe(person.page)))
  await Promise.all([miljo, trafik].map((person) => openBoard(person, board)))
  assert.equal(await trafik.button('board_lead').count(), 0, 'who does not lead begins none')

  await miljo.button('board_lead').click()
  await miljo.button('vote_title').click()
  await dialog(miljo).getByLabel(miljo.says('vote_question')).fill('Vad börjar vi med?')
  await dialog(miljo).getByLabel(miljo.says('vote_most')).fill('4')
  await dialog(miljo).getByRole('button', { name: miljo.says('vote_begin') }).click()
  await dialog(miljo).getByText(miljo.says('vote_wrong_most')).waitFor()
  await audit(miljo, 'vote-begin')
  await dialog(miljo).getByLabel(miljo.says('vote_most')).fill('2')
  await dialog(miljo).getByRole('button', { name: miljo.says('vote_begin') }).click()
  await dialog(miljo).waitFor({ state: 'detached' })

  // Keys alone, in the list: the third card gets two votes, and no third.
  await strip(trafik).getByText(trafik.says('vote_left', { left: 3, budget: 3 })).waitFor()
  const item = trafik.page.getByRole('treeitem', { name: /Digital kö/ })
  await trafik.page.getByRole('treeitem').first().focus()
  while (!(await item.evaluate((one) => one === document.activeElement))) await trafik.page.keyboard.press('ArrowDown')
  await trafik.page.keyboard.press('r')
  await trafik.page.keyboard.press('r')
  await trafik.page.keyboard.press('r')
  await trafik.page.getByText(trafik.says('vote_said_most', { count: 2 })).waitFor({ state: 'attached' })
  await strip(trafik).getByText(trafik.says('vote_left', { left: 1, budget: 3 })).waitFor()
  await trafik.page.keyboard.press('Shift+R')
  await strip(trafik).getByText(trafik.says('vote_left', { left: 2, budget: 3 })).waitFor()
  assert.match(await item.getAttribute('aria-label'), new RegExp(trafik.says('vote_mine', { count: 1 })))

  // With the mouse on the map; nobody sees what others have given.
  await card(miljo, 'Öppna data').getByRole('button', { name: miljo.says('vote_give', { what: '”Öppna data”' }) }).click()
  await card(miljo, 'Digital kö').getByRole('button', { name: miljo.says('vote_give', { what: '”Digital kö”' }) }).click()
  await strip(miljo).getByText(miljo.says('vote_voters', { count: 2 })).waitFor()
  assert.equal(await strip(trafik).getByRole('button', { name: trafik.says('vote_show_results') }).count(), 0)
  await audit(miljo, 'vote-open')

  // What one has given is there after a reload.
  await trafik.page.reload()
  await strip(trafik).getByText(trafik.says('vote_left', { left: 2, budget: 3 })).waitFor()

  await strip(miljo).getByRole('button', { name: miljo.says('vote_end') }).click()
  await trafik.page.getByText(trafik.says('vote_said_closed_first', { what: '”Digital kö”', count: 2 })).waitFor({ state: 'attached' })
  await strip(trafik).getByRole('button', { name: trafik.says('vote_show_results') }).click()
  const results = dialog(trafik).getByRole('listitem')
  await eventually(async () => assert.deepEqual(await results.count(), 2))
  assert.match(await results.first().innerText(), /Digital kö/)
  assert.equal(await dialog(trafik).getByText('Nyckelperson').count(), 0, 'nobody is named')
  await audit(trafik, 'vote-results')
  await dialog(trafik).getByRole('button', { name: 'Digital kö' }).click()
  assert.match(await map(trafik).locator('[data-card][tabindex="0"]').getAttribute('aria-label'), new RegExp(trafik.says('vote_total', { count: 2 })))

  await strip(trafik).getByRole('button', { name: trafik.says('vote_dismiss') }).click()
  await strip(trafik).waitFor({ state: 'detached' })
  await trafik.button('board_whole_menu').click()
  await trafik.button('vote_all').click() // what came of it can still be looked up
  await dialog(trafik).getByRole('button', { name: 'Vad börjar vi med?' }).waitFor()
})
