/* Every screen, in both themes and both languages, on a desk and on a phone, as the demo data fills it: axe finds nothing
 * serious, nothing is wider than the window, no page complains. The pictures are left in shots/. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertFits, bringAxe, findings, standsStill } from './lib/audit.mjs'
import { Person } from './lib/people.mjs'
import { atTheDoor, inside } from './lib/screens.mjs'
import { stage } from './lib/stage.mjs'

const shots = fileURLToPath(new URL('shots', import.meta.url))
mkdirSync(shots, { recursive: true })

/** The demo data, and what of it is looked at. */
const on = stage({
  async begin(world) {
    await world.script('deploy/demo/load')
    const token = await world.operator('token', 'administrator@stad.example', 'tests')
    const ask = (method, params) => world.call(token, method, params)
    const [{ boards }, { spaces }, { threads }, { members }] = await Promise.all([
      ask('board.list'), ask('space.list'), ask('thread.list'), ask('member.list', { query: 'Nyckelperson Miljö' })])
    return { board: boards[0].id, space: spaces[0].id, thread: threads.find((one) => one.replies > 1).id, person: members[0].id }
  },
})

const sizes = [['desk', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]]
const themes = ['light', 'dark']

/** One screen in both themes at both sizes; each size begins with a page of its own, as a phone does. */
async function audit(person, name, path, prepare) {
  const problems = []
  for (const [size, viewport] of sizes) {
    await person.page.setViewportSize(viewport)
    await person.goto(path)
    await prepare(person)
    for (const theme of themes) {
      await person.page.emulateMedia({ colorScheme: theme })
      await standsStill(person.page)
      const what = `${name}-${size}-${theme}-${person.locale}`
      await person.page.screenshot({ path: `${shots}/${what}.png` })
      for (const found of await findings(person.page)) problems.push({ what, ...found })
    }
    await assertFits(person.page, `${name}-${size}-${person.locale}`)
  }
  assert.deepEqual(problems, [])
}

/** An administrator who stays for all the screens of a test. */
async function visitor(t, mail, options) {
  await on.world.operator('admin', mail, mail)
  const token = await on.world.operator('token', mail, 'tests')
  await on.world.call(token, 'me.update', { locale: options.locale })
  const person = await Person.enter(on.browser, on.world, 0, { reducedMotion: 'reduce', ...options })
  t.after(() => person.leave())
  return person
}

describe('every screen is accessible, fits and has nothing to complain of', { concurrency: 2 }, () => {
  for (const [locale, mail] of [['sv', 'administrator@stad.example'], ['en', 'processledare.innovation@stad.example']])
    test(locale, async (t) => {
      const person = await visitor(t, mail, { locale })
      await bringAxe(person.context)
      for (const [name, ...screen] of atTheDoor) await t.test(name, () => audit(person, name, ...screen))
      await person.signIn(mail)
      for (const [name, ...screen] of inside(on.network)) await t.test(name, () => audit(person, name, ...screen))
    })
})

test('nothing scrolls sideways at 320 px', async (t) => {
  const mail = 'administrator@stad.example'
  const person = await visitor(t, mail, { locale: 'sv', viewport: { width: 320, height: 640 } })
  await person.signIn(mail)
  for (const [name, path, prepare] of inside(on.network))
    await t.test(name, async () => {
      await person.goto(path)
      await prepare(person)
      await standsStill(person.page)
      await assertFits(person.page, name)
    })
})
