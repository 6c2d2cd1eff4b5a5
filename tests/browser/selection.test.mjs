/* Many cards at once: chosen, moved, coloured, put in line, doubled, copied and taken away together, with the mouse and with
 * the keyboard alone; and somebody on the other node who sees what comes of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { card, drag, makeBoard, map, oneMind, openBoard, picture } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { Keyboard } from './lib/keyboard.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

const words = (pictures) => pictures.map((one) => one.text).sort()
const at = (pictures, text) => pictures.find((one) => one.text === text)?.at
const isSaid = (person, key, given) => person.page.getByRole('status').getByText(person.says(key, given)).first().waitFor({ state: 'attached' })
const tools = (person) => map(person).locator('..').getByRole('toolbar', { name: person.says('board_selection') })
const isSelected = (person, count) => tools(person).getByText(person.says('board_selected_count', { count })).waitFor()
const press = (person, key) => tools(person).getByRole('button', { name: person.says(key), exact: true }).click()
const choose = (person, text, ...modifiers) => card(person, text).click({ position: { x: 30, y: 40 }, modifiers })

/** What a program would put on the clipboard; pasted as by Control V. */
async function pasteText(keys, text) {
  await keys.page.evaluate((text) => navigator.clipboard.writeText(text), text)
  await keys.page.keyboard.press('Control+v')
}

test('with the mouse: a rectangle, clicks with Shift, and what is done is done to all of them, as one step', async () => {
  const board = await makeBoard(on, { section: 'Idéer', inside: ['Ett', 'Två'], loose: ['Tre', 'Fyra', 'Fem', 'Sex'] })
  const [miljo, trafik] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  await Promise.all([openBoard(miljo, board), openBoard(trafik, board)])
  const start = await oneMind(on, board, miljo, trafik)

  // One, and another with Shift; a third with Control, which is taken out again.
  await choose(miljo, 'Tre')
  await choose(miljo, 'Fyra', 'Shift')
  await isSelected(miljo, 2)
  await choose(miljo, 'Fem', 'Control')
  await isSelected(miljo, 3)
  await isSaid(miljo, 'board_said_selected', { count: 3 })
  await choose(miljo, 'Fem', 'Control')
  await isSelected(miljo, 2)
  await miljo.page.keyboard.press('Escape')
  await tools(miljo).waitFor({ state: 'detached' })

  // A rectangle around the first row, begun on the open board.
  const [tre, fem] = await Promise.all(['Tre', 'Fem'].map((text) => card(miljo, text).boundingBox()))
  const rectangle = async () => {
    await miljo.page.mouse.move(tre.x - 10, tre.y + 20)
    await miljo.page.mouse.down()
    await miljo.page.mouse.move(fem.x + 40, fem.y + 60, { steps: 6 })
    await miljo.page.mouse.up()
  }
  await miljo.page.keyboard.down('Shift')
  await rectangle()
  await miljo.page.keyboard.up('Shift')
  await isSelected(miljo, 3)
  await miljo.page.keyboard.press('Escape')
  await miljo.button('board_tool_many').click()
  await rectangle()
  await isSelected(miljo, 3)
  await miljo.button('board_tool_select').click()

  // All held cards are seen to move before they are put down.
  await drag(miljo, 'Tre', { x: 0, y: 320 }, { hold: true })
  await eventually(async () => {
    const labels = (await picture(trafik)).filter((one) => /Nyckelperson Miljö flyttar/.test(one.label)).map((one) => one.text)
    assert.deepEqual(labels.sort(), ['Fem', 'Fyra', 'Tre'])
    const seen = await picture(trafik)
    for (const text of ['Tre', 'Fyra', 'Fem']) assert.ok(at(seen, text)[1] > at(start, text)[1] + 100, `${text} is seen on its way`)
  })
  await miljo.page.mouse.up()
  await press(miljo, 'board_selection_clear')
  const moved = await oneMind(on, board, miljo, trafik)
  for (const text of ['Tre', 'Fyra', 'Fem']) assert.deepEqual(at(moved, text)[0], at(start, text)[0])
  assert.equal(at(moved, 'Fem')[1] - at(start, 'Fem')[1], at(moved, 'Tre')[1] - at(start, 'Tre')[1], 'they keep together')

  // One undo takes all of it back, but for what the other has moved since.
  await drag(trafik, 'Fyra', { x: 200, y: 120 })
  const theirs = await oneMind(on, board, miljo, trafik)
  await map(miljo).press('Control+z')
  const undone = await oneMind(on, board, miljo, trafik)
  assert.deepEqual([at(undone, 'Tre'), at(undone, 'Fem')], [at(start, 'Tre'), at(start, 'Fem')])
  assert.deepEqual(at(undone, 'Fyra'), at(theirs, 'Fyra'), "the other's stays")

  // In line, coloured, to a section, doubled, deleted.
  await choose(miljo, 'Tre')
  await choose(miljo, 'Fyra', 'Shift')
  await choose(miljo, 'Fem', 'Shift')
  await press(miljo, 'board_arrange')
  await press(miljo, 'board_align_left')
  await press(miljo, 'board_colour')
  await tools(miljo).getByRole('radio', { name: miljo.says('board_colour_himmel') }).check({ force: true })
  await eventually(async () => {
    const seen = (await picture(trafik)).filter((one) => ['Tre', 'Fyra', 'Fem'].includes(one.text))
    assert.equal(new Set(seen.map((one) => one.at[0])).size, 1, 'they stand in line')
    for (const one of seen) assert.match(one.label, /himmel/)
  })
  await press(miljo, 'board_move_to')
  const dialog = miljo.page.getByRole('dialog', { name: miljo.says('board_move_title_many', { count: 3 }) })
  await dialog.getByLabel(miljo.says('board_section_label')).selectOption({ label: 'Idéer' })
  await dialog.getByRole('button', { name: miljo.says('board_move_here') }).click()
  await map(trafik).getByRole('group', { name: /^Idéer, 5 lappar/ }).waitFor()
  await press(miljo, 'board_duplicate')
  await map(trafik).getByRole('group', { name: /^Idéer, 8 lappar/ }).waitFor()
  await isSelected(miljo, 3)
  await press(miljo, 'board_delete')
  await map(trafik).getByRole('group', { name: /^Idéer, 5 lappar/ }).waitFor()
  await miljo.page.getByRole('button', { name: miljo.says('board_undo_what', { what: miljo.says('board_did_delete_cards', { count: 3 }) }) }).click()
  await map(trafik).getByRole('group', { name: /^Idéer, 8 lappar/ }).waitFor()
  assert.equal((await oneMind(on, board, miljo, trafik)).length, 9)

  // The list shows the same selection, and has a box for each card and for all of a section.
  const tree = miljo.page.getByRole('tree', { name: miljo.says('board_list') })
  const head = tree.getByRole('treeitem', { name: /^Idéer,/ })
  const box = await head.locator('[data-check]').boundingBox()
  assert.ok(box.width >= 24 && box.height >= 24)
  await head.locator('[data-check]').click()
  await isSelected(miljo, 8)
  assert.equal(await head.getAttribute('aria-checked'), 'true')
  await tree.getByRole('treeitem', { name: /^Ett,/ }).locator('[data-check]').click()
  await isSelected(miljo, 7)
  assert.equal(await head.getAttribute('aria-checked'), 'mixed')
})

test('with the keyboard alone: chosen, nudged, moved, copied to another board, and rows of a spreadsheet pasted', async () => {
  const board = await makeBoard(on, { title: 'Källan', section: 'Idéer', inside: ['Ett', 'Två'], loose: ['Tre', 'Fyra'] })
  const other = await makeBoard(on, { title: 'Målet', loose: ['Finns redan'] })
  const [miljo, trafik] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  await miljo.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: miljo.origin })
  await Promise.all([openBoard(miljo, board), openBoard(trafik, board)])
  const keys = new Keyboard(miljo)
  const start = await oneMind(on, board, miljo, trafik)

  // Chosen one by one, and on the way.
  await keys.to(map(miljo))
  await keys.press('Home', 'x', 'ArrowRight', 'Shift+Space')
  await isSelected(miljo, 2)
  await isSaid(miljo, 'board_said_selected', { count: 2 })
  assert.match(await card(miljo, 'Ett').getAttribute('aria-label'), new RegExp(miljo.says('board_selected')))
  await keys.press('Escape')
  await tools(miljo).waitFor({ state: 'detached' })
  await keys.press('Home', 'Shift+ArrowRight')
  await isSelected(miljo, 2)

  // Nudged for as long as Control is held, and moved by M: each is one step.
  await miljo.page.keyboard.down('Control')
  await keys.press('ArrowDown', 'ArrowDown', 'Shift+ArrowDown')
  await miljo.page.keyboard.up('Control')
  await keys.press('m', 'Shift+ArrowDown', 'Enter')
  await isSaid(miljo, 'board_said_moved_many', { count: 2 })
  await keys.press('Escape')
  const moved = await oneMind(on, board, miljo, trafik)
  for (const text of ['Ett', 'Två']) assert.deepEqual(at(moved, text), [at(start, text)[0], at(start, text)[1] + 144])
  await keys.press('Control+z', 'Control+z')
  assert.deepEqual(await oneMind(on, board, miljo, trafik), start)

  // The tools are reached by Tab; Escape closes their menu, and then goes back.
  await keys.press('Home', 'Shift+ArrowRight')
  const arrange = tools(miljo).getByRole('button', { name: miljo.says('board_arrange') })
  await keys.enter(arrange)
  await keys.to(tools(miljo).getByRole('button', { name: miljo.says('board_align_bottom') }), 'ArrowRight')
  await keys.press('Escape')
  await keys.comesTo(arrange, 'the menu gives the focus back to its button')
  await keys.press('Escape')
  await keys.comesTo(card(miljo, 'Två'), 'and the tools to the card')
  await keys.enter(tools(miljo).getByRole('button', { name: miljo.says('board_move_to') }))
  const dialog = miljo.page.getByRole('dialog', { name: miljo.says('board_move_title_many', { count: 2 }) })
  await keys.choose(dialog.getByLabel(miljo.says('board_section_label')), miljo.says('board_loose'))
  await keys.enter(dialog.getByRole('button', { name: miljo.says('board_move_here') }))
  await map(trafik).getByRole('group', { name: /^Idéer, 0 lappar/ }).waitFor()
  await keys.isSeen('moved')
  await keys.press('Control+z')
  await map(trafik).getByRole('group', { name: /^Idéer, 2 lappar/ }).waitFor()

  // In the list: with X, with all of a section, and all there are.
  const tree = miljo.page.getByRole('tree', { name: miljo.says('board_list') })
  const item = (text) => tree.getByRole('treeitem', { name: new RegExp(`^${text},`) })
  await keys.press('Escape')
  await keys.to(tree.locator('[role=treeitem][tabindex="0"]'))
  await keys.press('Home', 'x')
  await isSelected(miljo, 2)
  await keys.press('ArrowDown', 'x')
  await isSelected(miljo, 1)
  assert.equal(await item('Idéer').getAttribute('aria-checked'), 'mixed')
  await keys.press('Control+a')
  await isSelected(miljo, 4)

  // Copied here, pasted there: as cards on a board, as lines elsewhere.
  await keys.press('Control+c')
  await isSaid(miljo, 'board_said_copied_cards', { count: 4 })
  assert.equal(await miljo.page.evaluate(() => navigator.clipboard.readText()), 'Ett\nTvå\nTre\nFyra')
  await Promise.all([openBoard(miljo, other), openBoard(trafik, other)])
  await keys.to(map(miljo))
  await keys.press('Control+v')
  await isSelected(miljo, 4)
  await keys.press('Escape')
  const copied = await oneMind(on, other, miljo, trafik)
  assert.deepEqual(words(copied), ['Ett', 'Finns redan', 'Fyra', 'Tre', 'Två'])
  const apart = (pictures) => at(pictures, 'Fyra').map((value, i) => value - at(pictures, 'Ett')[i])
  assert.deepEqual(apart(copied), apart(start), 'they lie to each other as they did')

  // Cut and pasted back; undone twice.
  await keys.press('Home', 'Control+x')
  await card(trafik, 'Finns redan').waitFor({ state: 'detached' })
  await keys.press('Control+v')
  await card(trafik, 'Finns redan').waitFor()
  await keys.press('Control+z', 'Control+z')
  assert.deepEqual(await oneMind(on, other, miljo, trafik), copied)

  // Rows of a spreadsheet: one a note, with what is too much told in words.
  await pasteText(keys, 'Kortare möten\tMiljö\r\n"Cykelpool\nför alla"\tTrafik\r\n')
  await isSelected(miljo, 2)
  await keys.press('Escape')
  assert.ok(words(await oneMind(on, other, miljo, trafik)).includes('Cykelpool\nför alla\nTrafik'))
  await keys.press('Control+z')
  assert.deepEqual(await oneMind(on, other, miljo, trafik), copied)
  await pasteText(keys, Array.from({ length: 212 }, (_, i) => `Rad ${i + 1}`).join('\n'))
  const told = miljo.page.getByRole('status').filter({ hasText: miljo.says('board_paste_left', { count: 12 }) })
  await told.getByText(miljo.says('board_said_pasted', { count: 200 })).waitFor()
  const counted = (count) => eventually(async () => {
    const { snapshot } = await on.network.miljo.call('stream.open', { stream: `board:${other.id}` })
    assert.equal(snapshot.cards.length, count)
  }, 30_000)
  await counted(205)
  await keys.enter(told.getByRole('button', { name: miljo.says('board_close_notice') }))
  await keys.isSeen('the message is closed')
  await keys.press('Control+z')
  await counted(5)
})

test('with a finger: one that rests on a card begins a selection, taps add to it, and what is not selected is still panned over', async () => {
  const board = await makeBoard(on, { loose: ['Ett', 'Två', 'Tre'] })
  const miljo = await on.enter(on.network.miljo, 0, { hasTouch: true, isMobile: true, viewport: { width: 844, height: 700 } })
  await openBoard(miljo, board)
  const touch = await miljo.context.newCDPSession(miljo.page)
  const middle = async (text) => {
    const box = await card(miljo, text).boundingBox()
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  }
  const finger = (type, ...touchPoints) => touch.send('Input.dispatchTouchEvent', { type, touchPoints })

  await finger('touchStart', await middle('Ett'))
  await isSelected(miljo, 1)
  await finger('touchEnd')
  await miljo.page.touchscreen.tap(...Object.values(await middle('Två')))
  await isSelected(miljo, 2)

  // Over what is not selected one pans; what is selected goes along together.
  const before = await picture(miljo)
  const from = await middle('Tre')
  const zoom = Number(await map(miljo).locator('..').getAttribute('data-zoom'))
  await finger('touchStart', from)
  for (let i = 1; i <= 6; i++) await finger('touchMove', { x: from.x - i * 10, y: from.y + i * 10 })
  await finger('touchEnd')
  assert.deepEqual((await picture(miljo)).map((one) => one.at), before.map((one) => one.at), 'nothing has moved on the board')
  const grip = await middle('Ett')
  await finger('touchStart', grip)
  for (let i = 1; i <= 6; i++) await finger('touchMove', { x: grip.x, y: grip.y + i * 20 })
  await finger('touchEnd')
  await eventually(async () => {
    const now = await picture(miljo)
    for (const text of ['Ett', 'Två']) assert.ok(at(now, text)[1] > at(before, text)[1] + 80 / zoom, `${text} has moved`)
    assert.deepEqual(at(now, 'Tre'), at(before, 'Tre'))
  })
  await miljo.page.touchscreen.tap(...Object.values(await middle('Två')))
  await isSelected(miljo, 1)
})
