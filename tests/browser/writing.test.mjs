/* Private writing on a board: one leads, another writes with the keyboard alone, on two nodes; and all is revealed at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit, bringAxe } from './lib/audit.mjs'
import { card, makeBoard, map, openBoard } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

const strip = (person) => person.page.getByRole('region', { name: person.says('hidden_round') })
const dialog = (person) => person.page.getByRole('dialog')
const saved = (person) => dialog(person).getByText(person.says('hidden_all_saved')).waitFor()

test('written with keys alone, seen by nobody else, kept over a reload, reviewed and revealed', async () => {
  const board = await makeBoard(on, { title: 'Vad hindrar oss?', section: 'Hinder', inside: ['Gammalt hinder'], loose: [] })
  const [miljo, trafik] = await Promise.all([
    on.enter(on.network.miljo, 0, { reducedMotion: 'reduce' }),
    on.enter(on.network.trafik, 1, { reducedMotion: 'reduce' }),
  ])
  const frames = []
  miljo.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))))
  await Promise.all([miljo, trafik].map((person) => bringAxe(person.page)))
  await Promise.all([miljo, trafik].map((person) => openBoard(person, board)))
  assert.equal(await trafik.button('board_lead').count(), 0, 'who does not lead begins none')

  await miljo.button('board_lead').click()
  await miljo.button('hidden_title').click()
  await dialog(miljo).getByLabel(miljo.says('hidden_question')).fill('Vad hindrar oss från att dela data?')
  await audit(miljo, 'writing-begin')
  await dialog(miljo).getByRole('button', { name: miljo.says('hidden_begin') }).click()
  await dialog(miljo).waitFor({ state: 'detached' })
  await trafik.page.getByText(trafik.says('hidden_said_begun')).waitFor({ state: 'attached' })

  // Keys alone: into the panel, two cards, the second to no section; the line breaks while the second is written.
  const keys = trafik.page.keyboard
  await strip(trafik).getByRole('button', { name: trafik.says('hidden_mine') }).focus()
  await keys.press('Enter')
  await eventually(async () => assert.equal((await trafik.focused()).name, trafik.says('hidden_card', { number: 1 })))
  await keys.type('Avtalen skiljer sig åt')
  await saved(trafik)
  await keys.press('Control+Enter')
  await eventually(async () => assert.equal((await trafik.focused()).name, trafik.says('hidden_card', { number: 2 })))
  trafik.door.cut()
  await keys.type('Ingen äger frågan')
  await dialog(trafik).getByText(trafik.says('hidden_held_up')).waitFor()
  await audit(trafik, 'writing-unsaved')
  await trafik.page.getByRole('combobox', { name: trafik.says('hidden_section_of', { number: 2 }) }).selectOption('')
  trafik.door.mend()
  await eventually(() => saved(trafik), 30_000)
  await keys.press('Escape')
  await dialog(trafik).waitFor({ state: 'detached' })

  // Nobody else sees them; they are there again after a reload.
  await trafik.page.reload()
  await strip(trafik).getByText(trafik.says('hidden_mine_count', { count: 2 })).waitFor()
  await strip(trafik).getByRole('button', { name: trafik.says('hidden_mine') }).click()
  await eventually(async () => assert.deepEqual(await dialog(trafik).getByRole('textbox').evaluateAll((all) => all.map((one) => one.value)), ['Avtalen skiljer sig åt', 'Ingen äger frågan']))
  await audit(trafik, 'writing-mine')
  assert.equal(await card(miljo, 'Avtalen').count(), 0)
  assert.ok(frames.length > 0 && frames.every((frame) => !/Avtalen|äger frågan/.test(frame)), 'it does not leave the server')

  // Who leads writes, too, looks through, and takes one out.
  await strip(miljo).getByRole('button', { name: miljo.says('hidden_mine') }).click()
  await dialog(miljo).getByRole('textbox').fill('Något olämpligt')
  await saved(miljo)
  await dialog(miljo).getByRole('button', { name: miljo.says('hidden_done') }).click()
  await strip(miljo).getByRole('button', { name: miljo.says('hidden_review') }).click()
  await dialog(miljo).getByText('Avtalen skiljer sig åt').waitFor()
  assert.equal(await dialog(miljo).getByText('Nyckelperson').count(), 0, 'nobody is named')
  await audit(miljo, 'writing-review')
  await dialog(miljo).getByRole('button', { name: miljo.says('hidden_take_out', { what: '”Något olämpligt”' }) }).click()
  await dialog(miljo).getByRole('button', { name: miljo.says('hidden_take_out_yes') }).click()
  await dialog(miljo).getByText(miljo.says('hidden_review_count', { count: 2 })).waitFor()
  await dialog(miljo).getByRole('button', { name: miljo.says('close') }).last().click()

  await strip(miljo).getByRole('button', { name: miljo.says('hidden_reveal') }).click()
  await audit(miljo, 'writing-reveal')
  await dialog(miljo).getByRole('button', { name: miljo.says('hidden_reveal') }).click()
  await trafik.page.getByText(trafik.says('hidden_said_revealed', { count: 2 })).waitFor({ state: 'attached' })
  for (const person of [miljo, trafik]) {
    await card(person, 'Avtalen skiljer sig åt').waitFor()
    await card(person, 'Ingen äger frågan').waitFor()
    assert.equal(await card(person, 'olämpligt').count(), 0)
    await strip(person).waitFor({ state: 'detached' })
    await dialog(person).waitFor({ state: 'detached' })
  }
  // The panel was open: the focus is on one of one's own, and the others' author stands on theirs.
  await eventually(async () => assert.match(await map(trafik).locator('[data-card][tabindex="0"]').getAttribute('aria-label'), /Avtalen|äger/))
  assert.match(await card(miljo, 'Avtalen').getAttribute('aria-label'), new RegExp(miljo.says('board_by', { name: on.network.trafik.name })))
  await audit(miljo, 'writing-revealed')
})
