/* A board from a method, as a file, and back: with the keyboard alone until the browser's own dialog for files. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { card } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { Keyboard } from './lib/keyboard.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

/** What the server says of the board that a page shows, without what is made anew. */
async function held(person) {
  const id = /\/board\/([0-9a-f-]+)/.exec(person.page.url())[1]
  const { snapshot } = await on.network.miljo.call('stream.open', { stream: `board:${id}` })
  const titles = new Map(snapshot.sections.map((section) => [section.id, section.title]))
  return {
    template: snapshot.board.template,
    sections: snapshot.sections.map(({ title, x, y, width, height }) => ({ title, x, y, width, height })),
    cards: snapshot.cards.map(({ section, text, colour, x, y }) => ({ section: titles.get(section), text, colour, x, y })),
  }
}

test('a method is chosen by its arrows, read again on the board, exported, and imported as it was', async () => {
  const person = await on.enter(on.network.miljo, 0)
  const keys = new Keyboard(person)
  await person.goto('/boards')
  await person.title('place_boards').waitFor()

  // The gallery: empty first; what is chosen proposes a title until one has written one.
  await keys.enter(person.button('new_board').first())
  const dialog = person.page.getByRole('dialog', { name: person.says('new_board') })
  const none = dialog.getByRole('radio', { name: new RegExp(person.says('template_none')) })
  await none.waitFor()
  assert.ok(await none.isChecked())
  await keys.to(none)
  await keys.press('ArrowDown', 'ArrowDown', 'ArrowDown')
  const chosen = dialog.getByRole('radio', { name: /Insats och effekt/ })
  assert.ok(await chosen.isChecked())
  await dialog.getByText('Skriv idéerna till vänster, en per lapp.').waitFor()
  assert.equal(await person.field('boards_title').inputValue(), 'Insats och effekt')
  await keys.press('ArrowUp', 'ArrowUp')
  assert.equal(await person.field('boards_title').inputValue(), 'Innovation i sex steg')
  await keys.enter(person.button('make_board'))

  await person.title('Innovation i sex steg').waitFor()
  await card(person, 'Vilket behov gäller det, och hos vem?').waitFor()
  await keys.enter(person.button('board_whole_menu'))
  await keys.enter(person.button('board_method'))
  const method = person.page.getByRole('dialog', { name: 'Innovation i sex steg' })
  await method.getByText(/Ringa in: skriv behovet/).waitFor()
  await keys.press('Escape')
  await method.waitFor({ state: 'detached' })

  // Each form is a file called as the board; the whole one is kept.
  await keys.enter(person.button('board_whole_menu'))
  await keys.enter(person.button('board_export_do'))
  const forms = person.page.getByRole('dialog', { name: person.says('board_export') })
  let file
  for (const ending of ['pdf', 'png', 'csv', 'md', 'json']) {
    const link = forms.locator(`a[href$="export.${ending}"]`)
    await keys.to(link)
    const [download] = await Promise.all([person.page.waitForEvent('download'), person.page.keyboard.press('Enter')])
    assert.equal(download.suggestedFilename(), `Innovation i sex steg.${ending}`)
    file = await readFile(await download.path())
    assert.ok(file.length > 200, ending)
  }
  const before = await held(person)
  assert.equal(before.sections.length, 6)

  await person.goto('/boards')
  await keys.enter(person.button('board_import_do'))
  const dropping = person.page.getByRole('dialog', { name: person.says('board_import') })
  await dropping.locator('input[type=file]').setInputFiles({ name: 'lista.csv', mimeType: 'text/csv', buffer: Buffer.from('Text,Färg\nett,rosa\n') })
  await keys.enter(person.button('board_import_make'))
  await dropping.getByText(person.says('board_import_line', { line: 2, why: person.says('board_import_colour') })).waitFor()
  await dropping.locator('input[type=file]').setInputFiles({ name: 'tavla.json', mimeType: 'application/json', buffer: file })
  await eventually(async () => assert.equal(await person.field('board_title').inputValue(), 'Innovation i sex steg'))
  await keys.fill(person.field('board_title'), 'Innovation, igen')
  await keys.enter(person.button('board_import_make'))
  await person.title('Innovation, igen').waitFor()
  await card(person, 'Vilket behov gäller det, och hos vem?').waitFor()
  assert.deepEqual(await held(person), before)
})
