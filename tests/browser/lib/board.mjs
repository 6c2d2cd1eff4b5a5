/* board.mjs - a board made for a test, and what people see and do on its map. */
import assert from 'node:assert/strict'
import { eventually } from './eventually.mjs'
import { id } from './id.mjs'

/** A board by Nyckelperson Miljö: a section to the left with the first cards in it, the others loose to the right of it. */
export async function makeBoard(on, { title = 'Nästa träff', section, inside = [], loose = [] } = {}) {
  const { miljo, space } = on.network
  const board = id()
  const made = { id: board, path: `/board/${board}`, title, cards: {}, section: section && id() }
  await miljo.call('board.create', { board, space, title })
  if (section)
    await miljo.call('section.create', { board, section: made.section, title: section, x: 0, y: 0, width: 400, height: 480, order: 'a0' })
  const put = async (text, i, at) => {
    made.cards[text] = id()
    await miljo.call('card.create', { board, card: made.cards[text], text, colour: 'ockra', order: `a${i}`, ...at })
  }
  for (const [i, text] of inside.entries()) await put(text, i, { section: made.section, x: 24 + (i % 2) * 184, y: 72 + Math.floor(i / 2) * 152 })
  for (const [i, text] of loose.entries()) await put(text, i, { x: 480 + (i % 3) * 200, y: Math.floor(i / 3) * 152 })
  return made
}

export async function openBoard(person, board) {
  await person.goto(board.path)
  await person.title(board.title).waitFor()
  await map(person).locator('[data-card], [data-section]').first().or(person.text('board_empty_title')).waitFor()
}

export const map = (person) => person.page.getByRole('application')

/** A card on the map, by its words. */
export const card = (person, text) => map(person).getByRole('group').and(person.page.locator('[data-card]')).filter({ hasText: text })

/** What is drawn on somebody's map: every card's words, place, size, colour and section, as the page has them. */
export async function picture(person) {
  const drawn = await map(person).evaluate((map) =>
    [...map.querySelectorAll('[data-card]')].map((one) => {
      const [x, y] = getComputedStyle(one).translate.split(' ').map(parseFloat)
      const { width, height } = getComputedStyle(one)
      return { id: one.dataset.card, text: one.querySelector('p').textContent, label: one.getAttribute('aria-label'), at: [x, y ?? 0], size: [parseFloat(width), parseFloat(height)] }
    }),
  )
  return drawn.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What the server says the board is, in the same words; the label is left out, for it holds who moves what just now. */
export async function truth(on, board) {
  const { snapshot } = await on.network.miljo.call('stream.open', { stream: `board:${board.id}` })
  return snapshot.cards
    .map(({ id, text, x, y, width, height }) => ({ id, text, at: [x, y], size: [width, height] }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Waits until all of them see one and the same picture, which is what the server holds, and gives it. */
export function oneMind(on, board, ...people) {
  return eventually(async () => {
    const held = await truth(on, board)
    const seen = await Promise.all(people.map(picture))
    for (const [i, one] of seen.entries()) {
      assert.deepEqual(one.map(({ label: _, ...rest }) => rest), held, 'what is drawn is what the server holds')
      const first = people.findIndex((person) => person.locale === people[i].locale)
      assert.deepEqual(one, seen[first], 'all see the same, in the same words')
    }
    return seen[0]
  }, 15_000)
}

/** Drags a card by the mouse, by so many pixels; `hold` stops before it is put down. */
export async function drag(person, text, by, { steps = 12, hold = false } = {}) {
  const box = await card(person, text).boundingBox()
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  await person.page.mouse.move(from.x, from.y)
  await person.page.mouse.down()
  await person.page.mouse.move(from.x + by.x, from.y + by.y, { steps })
  if (!hold) await person.page.mouse.up()
}

/** Puts a new card where one clicks with the tool, and writes on it. */
export async function addCard(person, text, at) {
  await person.button('board_tool_card').click()
  await map(person).click({ position: at })
  await person.field('board_text_of_card').fill(text)
  await person.page.keyboard.press('Escape')
  await card(person, text).waitFor()
}

/** Chooses a card on the map and gives the tools beside it. */
export async function choose(person, text) {
  await card(person, text).click({ position: { x: 30, y: 40 } })
  return map(person).locator('..').getByRole('toolbar', { name: person.says('board_chosen_card') })
}
