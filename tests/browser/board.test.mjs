/* Two people on one board, on two nodes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addCard, card, choose, drag, makeBoard, map, oneMind, openBoard, picture } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

/** Nyckelperson Miljö on the first node and Nyckelperson Trafik on the second, both looking at the board. */
async function both(board) {
  const people = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  await Promise.all(people.map((person) => openBoard(person, board)))
  return people
}

const byText = (pictures, text) => pictures.find((one) => one.text === text)

test('both drag at once, different cards and the same one, and end in the same picture', async () => {
  const board = await makeBoard(on, { section: 'Idéer', inside: ['Ett', 'Två'], loose: ['Tre', 'Fyra', 'Fem'] })
  const [miljo, trafik] = await both(board)
  const before = await oneMind(on, board, miljo, trafik)

  await Promise.all([drag(miljo, 'Tre', { x: 0, y: 180 }), drag(trafik, 'Fyra', { x: -24, y: 200 })])
  await Promise.all([drag(miljo, 'Ett', { x: 40, y: 160 }), drag(trafik, 'Fem', { x: -820, y: 340 })])
  // Whoever comes second finds it in the other's hand, or moves it from where the other has put it.
  await Promise.all([drag(miljo, 'Två', { x: 60, y: 220 }), drag(trafik, 'Två', { x: 260, y: 260 })])
  const after = await oneMind(on, board, miljo, trafik)
  for (const text of ['Ett', 'Två', 'Tre', 'Fyra', 'Fem']) assert.notDeepEqual(byText(after, text).at, byText(before, text).at, `${text} has moved`)
  assert.match(byText(after, 'Fem').label, /Idéer/, 'what is put down on a section belongs to it')

  const soder = await on.enter(on.network.soder, 0)
  await openBoard(soder, board)
  assert.deepEqual(await oneMind(on, board, miljo, trafik, soder), after, 'a fresh load is the same')
})

test('what one does to a card the other sees: made, written on, coloured, moved to a section, sized, deleted', async () => {
  const board = await makeBoard(on, { section: 'Pröva', loose: ['Finns redan'] })
  const [miljo, trafik] = await both(board)

  await addCard(miljo, 'Ny lapp från Miljö', { x: 700, y: 500 })
  await card(trafik, 'Ny lapp från Miljö').waitFor()

  await card(trafik, 'Ny lapp från Miljö').dblclick()
  await eventually(async () => assert.match(await card(miljo, 'Ny lapp från Miljö').getAttribute('aria-label'), /Nyckelperson Trafik skriver/))
  await trafik.field('board_text_of_card').fill('Trafik skrev om den')
  await trafik.page.keyboard.press('Escape')
  await card(miljo, 'Trafik skrev om den').waitFor()

  let tools = await choose(trafik, 'Trafik skrev om den')
  await tools.getByRole('button', { name: /^Färg/ }).click()
  await tools.getByRole('radio', { name: trafik.says('board_colour_himmel') }).check({ force: true })
  await eventually(async () => assert.match(await card(miljo, 'Trafik skrev om den').getAttribute('aria-label'), /himmel/))

  await tools.getByRole('button', { name: trafik.says('board_move_to') }).click()
  const dialog = trafik.page.getByRole('dialog', { name: trafik.says('board_move_title') })
  await dialog.getByLabel(trafik.says('board_section_label')).selectOption({ label: 'Pröva' })
  await dialog.getByRole('button', { name: trafik.says('board_move_here') }).click()
  await eventually(async () => assert.match(await card(miljo, 'Trafik skrev om den').getAttribute('aria-label'), /Pröva/))

  await tools.getByRole('button', { name: trafik.says('board_more') }).click()
  await tools.getByRole('button', { name: trafik.says('board_size_wide') }).click()
  await eventually(async () => assert.deepEqual(byText(await picture(miljo), 'Trafik skrev om den').size, [336, 128]))

  tools = await choose(trafik, 'Finns redan')
  await tools.getByRole('button', { name: trafik.says('board_delete') }).click()
  await card(miljo, 'Finns redan').waitFor({ state: 'detached' })
  assert.equal((await oneMind(on, board, miljo, trafik)).length, 1)
})

test('one sees who is here, their pointer with a name, and what they hold', async () => {
  const board = await makeBoard(on, { loose: ['Håll i mig', 'Annan'] })
  const [miljo, trafik] = await both(board)
  await miljo.button('board_here', { count: 2 }).click()
  await miljo.page.getByRole('listitem').filter({ hasText: 'Nyckelperson Trafik' }).waitFor()
  await miljo.page.keyboard.press('Escape')

  await drag(trafik, 'Håll i mig', { x: 80, y: 160 }, { hold: true })
  await eventually(async () => assert.match(await card(miljo, 'Håll i mig').getAttribute('aria-label'), /Nyckelperson Trafik flyttar/))
  await map(miljo).locator('[aria-hidden]').filter({ hasText: 'Trafik' }).first().waitFor()
  // What lies in another's hand cannot be taken out of it.
  await eventually(async () => {
    const [seen, held] = [await picture(miljo), await picture(trafik)].map((one) => byText(one, 'Håll i mig').at)
    // It is taken hold of where the pointer is first heard of, so it lags by as far as that had moved.
    assert.ok(Math.hypot(seen[0] - held[0], seen[1] - held[1]) < 64, `${seen} follows ${held}`)
  })
  await new Promise((done) => setTimeout(done, 800)) // it glides to where it is held
  const rest = byText(await picture(miljo), 'Håll i mig').at
  await drag(miljo, 'Håll i mig', { x: -60, y: 0 })
  const then = byText(await picture(miljo), 'Håll i mig').at
  assert.ok(Math.hypot(then[0] - rest[0], then[1] - rest[1]) < 24, `${then} stays at ${rest}`)
  await trafik.page.mouse.up()
  await oneMind(on, board, miljo, trafik)

  await trafik.goto('/boards')
  await miljo.button('board_here', { count: 1 }).waitFor()
})

test('undo and redo take back and do again what one did oneself, and only that', async () => {
  const board = await makeBoard(on, { loose: ['Min', 'Din'] })
  const [miljo, trafik] = await both(board)
  const start = await oneMind(on, board, miljo, trafik)
  const at = (shown, text) => byText(shown, text).at

  await drag(miljo, 'Min', { x: 40, y: 200 })
  await drag(trafik, 'Din', { x: 80, y: 240 })
  const moved = await oneMind(on, board, miljo, trafik)

  await miljo.page.getByRole('button', { name: miljo.says('board_undo_what', { what: miljo.says('board_did_move_card') }) }).click()
  const undone = await oneMind(on, board, miljo, trafik)
  assert.deepEqual(at(undone, 'Min'), at(start, 'Min'), 'back where it was')
  assert.deepEqual(at(undone, 'Din'), at(moved, 'Din'), "the other's stays moved")
  assert.ok(await miljo.button('board_undo').isDisabled(), 'there is nothing more of one’s own')

  await map(miljo).press('Control+y')
  assert.deepEqual(at(await oneMind(on, board, miljo, trafik), 'Min'), at(moved, 'Min'))

  // A card that was deleted comes back whole.
  const tools = await choose(trafik, 'Din')
  await tools.getByRole('button', { name: trafik.says('board_delete') }).click()
  await card(miljo, 'Din').waitFor({ state: 'detached' })
  await map(trafik).press('Control+z')
  await card(miljo, 'Din').waitFor()
  assert.deepEqual(await oneMind(on, board, miljo, trafik), moved)
})

test('two who write on the same card choose between their texts', async () => {
  const board = await makeBoard(on, { loose: ['Utkast'] })
  const [miljo, trafik] = await both(board)
  await card(miljo, 'Utkast').dblclick()
  await miljo.field('board_text_of_card').fill('Så tycker Miljö')
  await card(trafik, 'Utkast').dblclick()
  await trafik.field('board_text_of_card').fill('Så tycker Trafik')
  await trafik.page.keyboard.press('Escape')
  await miljo.text('board_overtaken').waitFor()
  await miljo.page.keyboard.press('Escape')
  const dialog = miljo.page.getByRole('dialog', { name: miljo.says('board_conflict_title') })
  await dialog.getByText('Så tycker Trafik').waitFor()
  await dialog.getByText('Så tycker Miljö').waitFor()
  await dialog.getByRole('button', { name: miljo.says('board_keep_both') }).click()
  const [one] = await oneMind(on, board, miljo, trafik)
  assert.match(one.text, /Så tycker Trafik[^]*Så tycker Miljö|Så tycker Miljö[^]*Så tycker Trafik/)
})

test('a new section, a first card in an empty board, and its picture among the boards', async () => {
  const board = await makeBoard(on, { title: 'Tom till att börja med' })
  const [miljo, trafik] = await both(board)
  await miljo.button('board_empty_do').click()
  await miljo.field('board_text_of_card').fill('Den första')
  await miljo.page.keyboard.press('Escape')
  await card(trafik, 'Den första').waitFor()

  await map(miljo).press('s')
  const dialog = miljo.page.getByRole('dialog', { name: miljo.says('board_new_section') })
  await dialog.getByLabel(miljo.says('board_title')).fill('Nästa steg')
  await dialog.getByRole('button', { name: miljo.says('board_add_section') }).click()
  await map(trafik).getByRole('group', { name: /^Nästa steg, 0 lappar/ }).waitFor()

  await trafik.goto('/boards')
  const row = trafik.page.getByRole('listitem').filter({ hasText: 'Tom till att börja med' })
  await eventually(async () => assert.match(await row.textContent(), /1 lapp/))
  await addCard(miljo, 'Den andra', { x: 600, y: 560 })
  await eventually(async () => assert.match(await row.textContent(), /2 lappar/))
})
