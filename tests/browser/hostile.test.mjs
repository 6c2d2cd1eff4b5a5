/* Hostile text in every field that takes words, as an administrator who moderates sees it first: it is text, it runs
 * nothing, it stays within its bounds and turns nothing about. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFits } from './lib/audit.mjs'
import { eventually } from './lib/eventually.mjs'
import { corpus, upTo } from './lib/hostile.mjs'
import { id } from './lib/id.mjs'
import { stage } from './lib/stage.mjs'
import { network } from './lib/network.mjs'

/** Each text of the corpus as a house, a person, a space, a thread, a post, a board, a section and a card. */
async function fill(world, net, [key, text], at) {
  const { admin } = net
  const made = { key, text, member: id(), space: id(), thread: id(), board: id(), house: id() }
  const mail = `fientlig.${key}@stad.example`
  const [house, name] = [upTo(text, 120), upTo(text, 120)]
  await admin.call('organisation.add', { organisation: made.house, kind: 'other', short: `X${at}`, name: house })
  await admin.call('member.add', { member: made.member, mail, name, organisation: net.miljoHouse, invite: false })
  await admin.call('space.create', { space: made.space, name: upTo(text, 80), description: upTo(text, 500), openness: 'network' })
  const token = await world.operator('token', mail, 'tests')
  const call = (method, params) => world.call(token, method, params)
  await call('me.update', { title: upTo(text, 120), helps_with: upTo(text, 400), about: text })
  await call('thread.create', { thread: made.thread, post: id(), space: made.space, title: upTo(text, 200), text })
  await call('post.create', { thread: made.thread, post: id(), text: `${text}\n\n> ${text}\n\n| ${text} | b |\n| - | - |\n| c | ${text} |` })
  await call('board.create', { board: made.board, space: made.space, title: upTo(text, 120) })
  const section = id()
  await call('section.create', { board: made.board, section, title: upTo(text, 120), x: 0, y: 0, width: 400, height: 300, order: 'a0' })
  await call('card.create', { board: made.board, card: id(), text, colour: 'ockra', order: 'a0', section, x: 24, y: 72 })
  return made
}

const on = stage({
  async begin(world) {
    const net = await network(world)
    const { organisations } = await net.admin.call('organisation.list', {})
    net.miljoHouse = organisations.find((one) => one.short === 'MF').id
    await world.operator('token', 'administrator@stad.example', 'tests') // one token before they all ask for theirs
    net.made = []
    for (const [i, entry] of Object.entries(corpus).entries()) net.made.push(await fill(world, net, entry, i))
    return net
  },
})

/** Marks of direction are ours to add; the rest is as it was written. */
const bare = (text) => text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim()

/** Nothing has run, nothing could, nothing is too wide, and the title ends as all do. */
async function isHarmless(person, what) {
  const found = await person.page.evaluate(() => ({
    isHarmed: window.isHarmed,
    armed: [...document.querySelectorAll('main *, header *, dialog *')]
      .filter((one) => one.matches('script, iframe, object, embed, img:not([src^="/"])') || [...one.attributes].some(({ name, value }) => /^on/.test(name) || (/^(href|src|action|xlink:href)$/.test(name) && /^\s*(javascript|data):/i.test(value))))
      .map((one) => one.outerHTML.slice(0, 120)),
    title: document.title,
  }))
  assert.equal(found.isHarmed, undefined, `${what}: something ran`)
  assert.deepEqual(found.armed, [], what)
  const depth = [...found.title.replace(/ – Korsdrag$/, '')].reduce((open, one) => open + (/[\u2066-\u2068]/.test(one) ? 1 : one === '\u2069' ? -1 : 0), 0)
  assert.match(found.title, / – Korsdrag$/)
  assert.equal(depth, 0, `${what}: the title leaves its direction open: ${JSON.stringify(found.title)}`)
  await assertFits(person.page, what)
}

/** A list that holds it all does so once it has been loaded. */
const standsAsWritten = (here, path) =>
  eventually(async () => {
    const shown = bare(await here.page.getByRole('main').textContent())
    for (const { key, text } of on.network.made) assert.ok(shown.includes(bare(upTo(text, 80))), `${path}: ${key} stands there as it was written`)
  })

/** Where some words are drawn: the left edges of their letters, which rise when they read from left to right. */
const lettersOf = (line, words) =>
  line.evaluate((line, words) => {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(words)
      if (at < 0) continue
      return [...words].map((_, i) => {
        const range = document.createRange()
        range.setStart(node, at + i)
        range.setEnd(node, at + i + 1)
        const { left, top } = range.getBoundingClientRect()
        return { left, top }
      })
    }
    return undefined
  }, words)

async function assertReadsOn(line, words, what) {
  const letters = await lettersOf(line, words)
  assert.ok(letters, `${what}: ${words} is there`)
  for (const [i, one] of letters.entries()) {
    const before = letters[i - 1]
    assert.ok(!before || one.top > before.top + 4 || one.left >= before.left, `${what}: ${words} is turned about`)
  }
}

/** The administrator, whom a text meets first. */
const facilitator = (options) => on.enter(on.network.admin, 0, options)

for (const [size, viewport] of [['desk', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]])
  test(`the lists that hold it all (${size})`, async () => {
    const here = await facilitator({ viewport })
    for (const [path, count] of [['/', 'link'], ['/boards', 'link'], ['/spaces', 'link'], ['/people', 'link'], ['/cohorts', 'heading'], ['/admin', 'listitem']]) {
      await here.goto(path)
      await here.page.getByRole('main').getByRole(count).first().waitFor()
      if (path !== '/cohorts' && path !== '/admin') await standsAsWritten(here, path)
      await isHarmless(here, `${path} ${size}`)
    }
    await here.goto('/')
    for (const { key, thread } of on.network.made) {
      const row = here.page.getByRole('list', { name: here.says('threads') }).getByRole('listitem').filter({ has: here.page.locator(`a[href="/thread/${thread}"]`) })
      await row.scrollIntoViewIfNeeded()
      await assertReadsOn(row, 'Miljöförvaltningen', `the feed, ${key}`)
      const [name, house] = [(await row.locator('b').boundingBox()), (await lettersOf(row, 'Miljöförvaltningen'))[0]]
      assert.ok(house.top > name.y + 4 || house.left >= name.x + 1, `the feed, ${key}: the house stands after the name`)
    }
    await here.goto('/admin')
    await here.button('organisations').click()
    await here.page.getByRole('region', { name: here.says('kind_others') }).waitFor()
    await isHarmless(here, `the houses ${size}`)
  })

for (const [size, viewport] of [['desk', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]])
  test(`each thread, space, person and board (${size})`, async () => {
    const here = await facilitator({ viewport })
    for (const { key, text, member, space, thread, board } of on.network.made) {
      await here.goto(`/thread/${thread}`)
      await here.page.getByRole('article').getByRole('article').waitFor()
      assert.equal(bare(await here.page.getByRole('heading', { level: 1 }).textContent()), bare(upTo(text, 200)), `${key}: the thread's title`)
      await assertReadsOn(here.page.getByRole('article').getByRole('article'), 'Miljöförvaltningen', `a reply, ${key}`)
      await isHarmless(here, `thread ${key} ${size}`)

      await here.goto(`/people/${member}`)
      const name = here.page.getByRole('heading', { level: 1 })
      await name.waitFor()
      assert.equal(bare(await name.textContent()), bare(upTo(text, 120)), `${key}: the person's name`)
      await assertReadsOn(here.page.getByRole('main'), 'Miljöförvaltningen', `a person, ${key}`)
      await isHarmless(here, `person ${key} ${size}`)

      await here.goto(`/space/${space}`)
      await here.page.getByRole('main').getByRole('listitem').first().waitFor()
      await isHarmless(here, `space ${key} ${size}`)

      await here.goto(`/board/${board}`)
      const item = here.page.getByRole('treeitem', { level: 2 })
      await item.waitFor()
      assert.equal(bare(await item.locator('.text').textContent()), bare(text), `${key}: the card`)
      await isHarmless(here, `board ${key} ${size}`)
    }
  })

test('what acts on it names it safely: managing, deleting, moving', async () => {
  const here = await facilitator()
  for (const { key, text, member, thread, board } of on.network.made) {
    await here.goto(`/admin?member=${member}`)
    const dialog = here.page.getByRole('dialog')
    await dialog.getByRole('heading', { level: 3 }).first().waitFor()
    assert.equal(bare(await dialog.getByRole('heading', { level: 2 }).textContent()), bare(upTo(text, 120)), key)
    await assertReadsOn(dialog, 'Miljöförvaltningen', `managing ${key}`)
    await isHarmless(here, `managing ${key}`)

    await here.goto(`/thread/${thread}`)
    await here.page.getByRole('article').getByRole('article').getByRole('button', { name: here.says('delete_'), exact: true }).click()
    await assertReadsOn(dialog, 'platsen i tråden står kvar.', `deleting ${key}`)
    await isHarmless(here, `deleting ${key}`)

    await here.goto(`/board/${board}`)
    await here.page.getByRole('treeitem', { level: 2 }).focus()
    await here.page.keyboard.press('m')
    await dialog.getByLabel(here.says('board_section_label')).waitFor()
    await isHarmless(here, `moving ${key}`)
  }
})
