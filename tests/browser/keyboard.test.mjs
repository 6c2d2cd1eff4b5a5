/* Everything that matters, by keyboard alone: no mouse, no click, the focus moved by Tab and arrows. Somebody else looks at
 * what comes of it on the other node. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { card, makeBoard, map, oneMind } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { id } from './lib/id.mjs'
import { Keyboard } from './lib/keyboard.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

/** Signs in with a link by keyboard; gives the person, and the keys. */
async function enter(member, door = 0) {
  const person = await on.enter(undefined, door, { locale: member.locale })
  const link = await on.world.operator('link', member.mail)
  await person.page.goto(link.replace(/^https?:\/\/[^/]+/, person.origin))
  const keys = new Keyboard(person)
  await person.title('link_title').waitFor()
  await keys.enter(person.button('sign_in'))
  await menuOf(person).waitFor()
  return [person, keys]
}

const menuOf = (person) => person.page.getByRole('button', { name: person.says('my_menu', { name: '' }) })
const mast = (person) => person.page.getByRole('banner')
const place = (person, key) => mast(person).getByRole('link', { name: person.says(key), exact: true })

/** Goes to a place of the masthead, and is met by its heading. */
async function goTo(person, keys, key) {
  await keys.enter(place(person, key))
  await keys.comesTo(person.title(key), `the heading of ${key} takes the focus`)
  assert.match(await person.page.title(), new RegExp(person.says(key)), 'and the title says where one is')
}

for (const [locale, who, other] of [['sv', 'miljo', 'soder'], ['en', 'soder', 'miljo']])
  test(`${locale}: signs in, skips to the content, writes a thread, answers, changes and takes back what was written`, async () => {
    const [here, keys] = await enter(on.network[who])
    const there = await on.enter(on.network[other], 1)
    await on.network.admin.call('space.create', { space: id(), name: `Verkstaden ${locale}`, description: '', openness: 'network' })

    // A page that is loaded begins with the way past the masthead.
    await here.goto('/spaces')
    await here.title('place_spaces').waitFor()
    const skip = here.link('skip_to_content')
    await keys.press('Tab')
    assert.ok(await keys.isOn(skip), 'the first stop leads to the content')
    await here.page.keyboard.press('Enter')
    await keys.press('Tab')
    assert.ok(await here.page.evaluate(() => document.activeElement.closest('main') !== null), 'and from there one is in it')

    await goTo(here, keys, 'place_people')
    await goTo(here, keys, 'place_boards')
    await keys.enter(place(here, 'place_feed'))
    await keys.comesTo(here.page.getByRole('heading', { level: 1 }), 'the feed takes the focus')

    // The thread: its space, its title, its text.
    await keys.enter(here.link('write'))
    await keys.comesTo(here.title('new_thread'))
    await keys.choose(here.field('space'), `Verkstaden ${locale}`)
    await keys.fill(here.field('title'), `Vad ger tangenterna? ${locale}`)
    await keys.fill(here.field('your_words'), 'Vi prövar att bara **skriva**.')
    await keys.enter(here.button('publish'))
    await keys.comesTo(here.title(`Vad ger tangenterna? ${locale}`), 'the thread takes the focus')

    await there.goto('/')
    await there.page.getByRole('list', { name: there.says('threads') }).getByText(`Vad ger tangenterna? ${locale}`).waitFor()
    await there.goto(new URL(here.page.url()).pathname)
    await there.page.getByRole('main').getByRole('link', { name: `Verkstaden ${locale}` }).first().waitFor()

    // A reply, by the keys that send it.
    await keys.to(here.field('write_reply'))
    await keys.type('Mitt första svar.')
    await keys.press('Control+Enter')
    assert.ok(await keys.isOn(here.field('write_reply')), 'one can go on writing')
    const seen = there.page.getByRole('article', { name: there.says('post_by', { name: on.network[who].name }) })
    await seen.getByText('Mitt första svar.').waitFor()

    const own = here.page.getByRole('article', { name: here.says('post_by', { name: on.network[who].name }) })
    const edit = own.getByRole('button', { name: here.says('edit'), exact: true })
    await keys.enter(edit, 'Shift+Tab')
    await keys.comesTo(here.field('edit_post'), 'the text to change takes the focus')
    await keys.press('Escape')
    await keys.comesTo(edit, 'given up, the focus is back on its button')
    await keys.press('Enter')
    await keys.comesTo(here.field('edit_post'))
    await keys.press('Control+a')
    await keys.type('Mitt ändrade svar.')
    await keys.enter(here.button('save'))
    await keys.comesTo(edit, 'saved, the focus is back on its button')
    await seen.getByText('Mitt ändrade svar.').waitFor()

    const remove = own.getByRole('button', { name: here.says('delete_'), exact: true })
    await keys.enter(remove)
    const dialog = here.page.getByRole('dialog')
    await dialog.waitFor()
    await keys.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await keys.comesTo(remove, 'the dialog gives the focus back')
    await keys.press('Enter')
    await keys.enter(dialog.getByRole('button', { name: here.says('delete_post') }))
    await seen.getByText(there.says('post_deleted')).waitFor()
    await keys.isSeen('the post is gone')
    assert.equal(await there.page.getByText('Mitt ändrade svar.').count(), 0)
  })

test('the menu and the dialogs open, hold the focus, close by Escape and give it back', async () => {
  const [here, keys] = await enter(on.network.miljo)
  const menu = menuOf(here)
  await keys.to(menu)
  await keys.press('Enter')
  assert.equal(await menu.getAttribute('aria-expanded'), 'true')
  await keys.to(here.button('sign_out'))
  await keys.press('Escape')
  assert.equal(await menu.getAttribute('aria-expanded'), 'false')
  await keys.comesTo(menu, 'the menu takes the focus back')
  await keys.press('Space')
  await keys.enter(mast(here).getByRole('link', { name: here.says('place_me'), exact: true }))
  await keys.comesTo(here.title(on.network.miljo.name))
  // Tab out of the open menu closes it.
  await keys.to(menu, 'Shift+Tab')
  await keys.press('Enter')
  await keys.to(here.page.getByRole('main').getByRole('button', { name: here.says('sign_out'), exact: true }))
  assert.equal(await menu.getAttribute('aria-expanded'), 'false')

  await goTo(here, keys, 'place_spaces')
  const make = here.button('new_space')
  await keys.enter(make)
  const dialog = here.page.getByRole('dialog', { name: here.says('new_space') })
  await dialog.waitFor()
  const inside = () => here.page.evaluate(() => document.activeElement.closest('dialog') !== null || document.activeElement === document.body)
  for (let i = 0; i < 12; i++) {
    await here.page.keyboard.press('Tab')
    assert.ok(await inside(), 'Tab stays in the dialog')
  }
  await keys.fill(dialog.getByLabel(here.says('name'), { exact: true }), 'Ett eget rum')
  await keys.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await keys.comesTo(make, 'the dialog gives the focus back')
  await keys.press('Enter')
  await keys.fill(dialog.getByLabel(here.says('name'), { exact: true }), 'Ett eget rum')
  await keys.enter(dialog.getByRole('button', { name: here.says('make_space') }))
  await keys.comesTo(here.title('Ett eget rum'), 'the new space takes the focus')
})

for (const [locale, who] of [['sv', 'trafik'], ['en', 'soder']])
  test(`${locale}: finds a person in the directory`, async () => {
    const [here, keys] = await enter(on.network[who], 1)
    await goTo(here, keys, 'place_people')
    await keys.to(here.page.getByRole('searchbox', { name: here.says('search_people') }))
    await keys.type('Miljö')
    const found = here.page.getByRole('main').getByRole('listitem')
    await eventually(async () => assert.equal(await found.count(), 1))
    await here.page.getByRole('status').getByText(here.says('people_found', { count: 1 })).waitFor({ state: 'attached' })
    await keys.enter(here.link('Nyckelperson Miljö'))
    await keys.comesTo(here.title('Nyckelperson Miljö'), 'the person takes the focus')
    await here.page.goBack()
    await keys.comesTo(here.title('place_people'), 'and back again the directory')
  })

// --- the board ---

/** Opens a board from the list of boards; gives who looks on from the other node. */
async function openBy(person, keys, board, other) {
  await goTo(person, keys, 'place_boards')
  await keys.enter(person.link(board.title))
  await keys.comesTo(person.title(board.title), 'the board takes the focus')
  const there = await on.enter(other, 1)
  await there.goto(board.path)
  await map(there).locator('[data-card]').first().waitFor()
  return there
}

const words = (pictures) => pictures.map((one) => one.text).sort()

for (const [locale, who, other] of [['sv', 'miljo', 'trafik'], ['en', 'soder', 'miljo']])
  test(`${locale}: in the list a card is added, written on, moved, recoloured, deleted, undone and done again`, async () => {
    const board = await makeBoard(on, { title: `Listan ${locale}`, section: 'Idéer', inside: ['Ett', 'Två'], loose: ['Lös'] })
    const steg = id()
    await on.network.miljo.call('section.create', { board: board.id, section: steg, title: 'Nästa steg', x: 480, y: 240, width: 400, height: 400, order: 'a1' })
    const [here, keys] = await enter(on.network[who])
    const there = await openBy(here, keys, board, on.network[other])
    const tree = here.page.getByRole('tree', { name: here.says('board_list') })
    const item = (text) => tree.getByRole('treeitem', { name: new RegExp(`^${text},`) })
    const seen = (text) => card(there, text)
    const isSaid = (key, given) => here.page.getByRole('status').getByText(here.says(key, given)).waitFor({ state: 'attached' })

    await keys.to(tree.locator('[role=treeitem][tabindex="0"]'))
    await keys.to(item('Idéer'), 'ArrowUp')
    await keys.press('ArrowDown')
    assert.ok(await keys.isOn(item('Ett')))

    // Added here, in this section.
    await keys.press('n')
    const dialog = here.page.getByRole('dialog')
    await keys.comesTo(dialog.getByLabel(here.says('board_text'), { exact: true }), 'one writes at once')
    await keys.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await keys.comesTo(item('Ett'), 'given up, one is where one was')
    await keys.press('n')
    await keys.type('Skriven för hand')
    await keys.choose(dialog.getByLabel(here.says('board_section_label')), 'Idéer')
    await keys.enter(dialog.getByRole('button', { name: here.says('board_add_card') }))
    await keys.comesTo(item('Skriven för hand'), 'the new card takes the focus')
    await isSaid('board_said_added')
    await seen('Skriven för hand').waitFor()

    // Written on.
    await keys.press('Enter')
    await keys.comesTo(dialog.getByLabel(here.says('board_text'), { exact: true }))
    await keys.press('Control+a')
    await keys.type('Skriven om')
    await keys.press('Control+Enter')
    await keys.comesTo(item('Skriven om'))
    await seen('Skriven om').waitFor()

    // Moved within its section, and to another.
    await keys.press('m')
    await keys.choose(dialog.getByLabel(here.says('board_place'), { exact: true }), here.says('board_place_first'))
    await keys.enter(dialog.getByRole('button', { name: here.says('board_move_here') }))
    await keys.comesTo(item('Skriven om'))
    await eventually(async () => assert.equal(await item('Skriven om').getAttribute('aria-posinset'), '1'))
    await keys.press('ArrowUp')
    assert.ok(await keys.isOn(item('Idéer')), 'it comes first in its section now')
    await keys.press('ArrowDown', 'm')
    await keys.choose(dialog.getByLabel(here.says('board_section_label')), 'Nästa steg')
    await keys.enter(dialog.getByRole('button', { name: here.says('board_move_here') }))
    await keys.comesTo(item('Skriven om'))
    await eventually(async () => assert.match(await seen('Skriven om').getAttribute('aria-label'), /Nästa steg/))

    // Recoloured.
    const tools = here.page.getByRole('complementary').getByRole('toolbar', { name: here.says('board_chosen_card') })
    await keys.enter(tools.getByRole('button', { name: here.says('board_colour'), exact: true }))
    await keys.to(tools.getByRole('radio', { name: here.says('board_colour_ockra') }), 'Shift+Tab')
    await keys.press('ArrowRight')
    await eventually(async () => assert.match(await seen('Skriven om').getAttribute('aria-label'), new RegExp(there.says('board_colour_puts'))))
    await keys.press('Escape')
    await keys.comesTo(item('Skriven om'), 'Escape goes back to the card')

    // Deleted, undone, done again, undone.
    await keys.press('Delete')
    await seen('Skriven om').waitFor({ state: 'detached' })
    await keys.isSeen('the card is gone')
    assert.ok(await here.page.evaluate(() => document.activeElement.getAttribute('role') === 'treeitem'), 'its neighbour has the focus')
    await keys.press('Control+z')
    await seen('Skriven om').waitFor()
    await keys.press('Control+y')
    await seen('Skriven om').waitFor({ state: 'detached' })
    await keys.press('Control+z')
    await seen('Skriven om').waitFor()
    assert.deepEqual(words(await oneMind(on, board, here, there)), ['Ett', 'Lös', 'Skriven om', 'Två'])
  })

for (const [locale, who, other] of [['sv', 'miljo', 'trafik'], ['en', 'soder', 'miljo']])
  test(`${locale}: on the map a card is added, written on, moved, recoloured, deleted, undone and done again`, async () => {
    const board = await makeBoard(on, { title: `Kartan ${locale}`, section: 'Idéer', inside: ['Ett', 'Två'], loose: ['Lös'] })
    const [here, keys] = await enter(on.network[who])
    const there = await openBy(here, keys, board, on.network[other])
    const mine = (text) => card(here, text)
    const seen = (text) => card(there, text)
    const at = async (text) => (await oneMind(on, board, here, there)).find((one) => one.text === text).at
    const editor = here.field('board_text_of_card')

    await keys.to(map(here))
    await keys.press('Home')
    assert.ok(await keys.isOn(mine('Ett')), 'the first card')
    await keys.press('ArrowRight')
    assert.ok(await keys.isOn(mine('Två')), 'the one to the right of it')

    // Added, and written on.
    await keys.press('n')
    await keys.comesTo(editor, 'one writes at once')
    await keys.type('Skriven på kartan')
    await keys.press('Escape')
    await keys.comesTo(mine('Skriven på kartan'), 'the new card takes the focus')
    await seen('Skriven på kartan').waitFor()
    await keys.press('Enter')
    await keys.comesTo(editor)
    await keys.press('Control+a')
    await keys.type('Omskriven')
    await keys.press('Control+Enter')
    await keys.comesTo(mine('Omskriven'))
    await seen('Omskriven').waitFor()

    // Moved by arrows: taken up and given up, taken up and put down.
    const before = await at('Omskriven')
    await keys.press('m', 'Shift+ArrowDown', 'Escape')
    assert.deepEqual(await at('Omskriven'), before, 'given up, it is back')
    await keys.press('m', 'Shift+ArrowDown', 'Shift+ArrowDown', 'ArrowRight', 'Enter')
    await eventually(async () => assert.deepEqual(await at('Omskriven'), [before[0] + 8, before[1] + 128]))
    // Moved within its section, or into one, by choosing.
    await keys.press('f')
    const dialog = here.page.getByRole('dialog', { name: here.says('board_move_title') })
    await dialog.waitFor()
    await keys.press('Escape')
    await keys.comesTo(mine('Omskriven'), 'the dialog gives the focus back')
    await keys.press('f')
    await keys.choose(dialog.getByLabel(here.says('board_section_label')), here.says('board_loose'))
    await keys.enter(dialog.getByRole('button', { name: here.says('board_move_here') }))
    await keys.comesTo(mine('Omskriven'))
    await eventually(async () => assert.match(await seen('Omskriven').getAttribute('aria-label'), new RegExp(there.says('board_loose'))))
    await keys.press('f')
    await keys.choose(dialog.getByLabel(here.says('board_section_label')), 'Idéer')
    await keys.choose(dialog.getByLabel(here.says('board_place'), { exact: true }), here.says('board_place_first'))
    await keys.enter(dialog.getByRole('button', { name: here.says('board_move_here') }))
    await keys.comesTo(mine('Omskriven'))
    await eventually(async () => assert.match(await seen('Omskriven').getAttribute('aria-label'), /Idéer/))

    // Recoloured, with the tools beside the card.
    const tools = map(here).locator('..').getByRole('toolbar', { name: here.says('board_chosen_card') })
    await keys.enter(tools.getByRole('button', { name: new RegExp(`^${here.says('board_colour')}`) }))
    await keys.to(tools.getByRole('radio', { name: here.says('board_colour_ockra') }))
    await keys.press('ArrowRight')
    await eventually(async () => assert.match(await seen('Omskriven').getAttribute('aria-label'), new RegExp(there.says('board_colour_puts'))))
    await keys.press('Escape')
    await keys.comesTo(mine('Omskriven'), 'Escape goes back to the card')

    // Deleted, undone and done again, by keys and by the tools.
    await keys.press('Delete')
    await seen('Omskriven').waitFor({ state: 'detached' })
    await keys.isSeen('the card is gone')
    await keys.press('Control+z')
    await seen('Omskriven').waitFor()
    await keys.press('Control+Shift+z')
    await seen('Omskriven').waitFor({ state: 'detached' })
    const did = here.says('board_did_delete_card')
    await keys.enter(here.button('board_undo_what', { what: did }))
    await seen('Omskriven').waitFor()
    await keys.enter(here.button('board_redo_what', { what: did }))
    await seen('Omskriven').waitFor({ state: 'detached' })
    await keys.isSeen('nothing more can be done again')
    assert.deepEqual(words(await oneMind(on, board, here, there)), ['Ett', 'Lös', 'Två'])
  })
