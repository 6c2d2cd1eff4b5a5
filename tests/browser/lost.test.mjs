/* The connection is lost: a node dies under its people, or somebody's cable is pulled. Nothing is doubled, nothing lost. */
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { addCard, card, drag, makeBoard, oneMind, openBoard, picture } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { id } from './lib/id.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()
afterEach(() => Promise.all(on.world.nodes.filter((node) => !node.isRunning).map((node) => node.start())))

async function makeThread(title) {
  const thread = id()
  await on.network.miljo.call('thread.create', { thread, post: id(), space: on.network.space, title, text: 'Början.' })
  return `/thread/${thread}`
}

async function write(person, text) {
  await person.field('write_reply').fill(text)
  await person.button('reply').last().click()
}

/** The replies as they stand on the page. */
const replies = (person) => person.page.getByRole('main').getByText(/^Svar \S+$/).allTextContents()

const isAway = (person, count) => person.page.locator('[data-connection]').getByText(count ? person.says('away_waiting', { count }) : person.says('away'), { exact: true }).waitFor()
const isBack = (person) => person.page.locator('[data-connection]').waitFor({ state: 'detached' })

test('a node dies while both work on a board: its person comes back on the other node, to the same picture', async () => {
  const board = await makeBoard(on, { section: 'Idéer', inside: ['Ett'], loose: ['Två', 'Tre', 'Fyra'] })
  const [miljo, trafik] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  await Promise.all([miljo, trafik].map((person) => openBoard(person, board)))
  await oneMind(on, board, miljo, trafik)

  const [, second] = on.world.nodes
  // Trafik has a card in hand when the node goes, and puts it down and goes on before there is another.
  await drag(trafik, 'Två', { x: 40, y: 240 }, { hold: true })
  await second.kill()
  await trafik.page.mouse.up()
  await Promise.all([drag(miljo, 'Tre', { x: 0, y: 260 }), drag(trafik, 'Fyra', { x: 24, y: 200 })])
  await addCard(trafik, 'Skriven utan nod', { x: 700, y: 620 })

  await isBack(trafik)
  const seen = await oneMind(on, board, miljo, trafik)
  assert.deepEqual(seen.map((one) => one.text).sort(), ['Ett', 'Fyra', 'Skriven utan nod', 'Tre', 'Två'])
  await miljo.button('board_here', { count: 2 }).waitFor()
  assert.doesNotMatch(seen.map((one) => one.label).join(), /flyttar|skriver/, 'nobody holds anything any more')

  // And the other way about, from the only node to the one that is back.
  await second.start()
  await on.world.nodes[0].kill()
  await Promise.all([drag(miljo, 'Tre', { x: 40, y: 40 }), drag(trafik, 'Två', { x: -40, y: 20 })])
  await Promise.all([isBack(miljo), isBack(trafik)])
  assert.equal((await oneMind(on, board, miljo, trafik)).length, 5)
})

test('a node dies while both write in a thread: each post is there once', async () => {
  const path = await makeThread('När noden dör')
  const [miljo, trafik] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  await Promise.all([miljo, trafik].map((person) => person.goto(path)))
  await Promise.all([miljo, trafik].map((person) => person.title('När noden dör').waitFor()))
  const [, second] = on.world.nodes
  const writing = (async () => {
    for (let i = 1; i <= 8; i++) {
      await write(trafik, `Svar t${i}`)
      await write(miljo, `Svar m${i}`)
      if (i === 4) await second.kill()
    }
  })()
  await writing
  const all = Array.from({ length: 8 }, (_, i) => [`Svar m${i + 1}`, `Svar t${i + 1}`]).flat().sort()
  const held = await eventually(async () => {
    const [hers, his] = await Promise.all([replies(miljo), replies(trafik)])
    assert.deepEqual([...hers].sort(), all)
    assert.deepEqual(his, hers, 'in the same order')
    assert.ok(!(await trafik.page.getByText(trafik.says('on_its_way')).count()))
    return hers
  }, 20_000)
  await miljo.page.reload()
  await miljo.title('När noden dör').waitFor()
  await eventually(async () => assert.deepEqual(await replies(miljo), held, 'a fresh load is the same'))
})

test('written and moved while the cable is out, in English: said in one line, sent once when it is back', async () => {
  const board = await makeBoard(on, { loose: ['Ett', 'Två'] })
  const path = await makeThread('Utan kabel')
  const [miljo, soder] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.soder, 1)])
  await openBoard(soder, board)
  await openBoard(miljo, board)
  await oneMind(on, board, miljo, soder)

  soder.door.cut()
  await isAway(soder)
  await drag(soder, 'Ett', { x: 40, y: 240 })
  await isAway(soder, 1)
  await drag(soder, 'Två', { x: 40, y: 200 })
  await isAway(soder, 2)
  await card(soder, 'Ett').getByText(soder.says('board_pending')).waitFor()
  // Meanwhile the other goes on; what was put there last stands.
  await drag(miljo, 'Två', { x: -80, y: 320 })
  await addCard(miljo, 'Ny under tiden', { x: 700, y: 560 })

  await soder.mend('try_now')
  const shown = await oneMind(on, board, miljo, soder)
  assert.equal(shown.length, 3)

  await Promise.all([miljo, soder].map((person) => person.goto(path)))
  await soder.title('Utan kabel').waitFor()
  await miljo.title('Utan kabel').waitFor()
  soder.door.cut()
  await isAway(soder)
  await write(soder, 'Svar utan-kabel')
  await soder.page.getByText(soder.says('on_its_way')).waitFor()
  await isAway(soder, 1)
  await write(miljo, 'Svar under-tiden')
  await soder.mend('try_now')
  for (const person of [miljo, soder]) await eventually(async () => assert.deepEqual((await replies(person)).sort(), ['Svar under-tiden', 'Svar utan-kabel']))
  assert.equal(await soder.page.getByText(soder.says('on_its_way')).count(), 0)
})

test('a page loaded anew while something waits keeps it, and sends it once', async () => {
  const path = await makeThread('Laddad på nytt')
  const [miljo, trafik] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  await Promise.all([miljo, trafik].map((person) => person.goto(path)))
  await trafik.title('Laddad på nytt').waitFor()
  await miljo.title('Laddad på nytt').waitFor()
  trafik.door.cut()
  await isAway(trafik)
  await write(trafik, 'Svar sparat')
  await isAway(trafik, 1)

  trafik.door.cutToPages()
  await trafik.page.reload()
  await trafik.text('starting_title').waitFor()
  await trafik.mend('try_again')
  for (const person of [miljo, trafik]) await eventually(async () => assert.deepEqual(await replies(person), ['Svar sparat']))
  await trafik.page.reload()
  await trafik.title('Laddad på nytt').waitFor()
  await eventually(async () => assert.deepEqual(await replies(trafik), ['Svar sparat'], 'once and no more'))
})

for (const who of ['trafik', 'soder'])
  test(`a browser that loses its network says so at once, and is back at once with it (${who === 'soder' ? 'English' : 'Swedish'})`, async () => {
    const path = await makeThread('Utan nät')
    const here = await on.enter(on.network[who], 1)
    await here.goto(path)
    await here.title('Utan nät').waitFor()
    const line = here.page.locator('[data-connection]')
    // The connection's own pulse would tell after half a minute, and a server that is away only after a while.
    const soon = { timeout: 3_000 }
    await here.context.setOffline(true)
    await line.getByText(here.says('away'), { exact: true }).waitFor(soon)
    await here.page.getByRole('status').getByText(here.says('connection_lost')).waitFor({ ...soon, state: 'attached' })
    await write(here, 'Svar utan-nät')
    await line.getByText(here.says('away_waiting', { count: 1 }), { exact: true }).waitFor(soon)
    await here.context.setOffline(false)
    await line.waitFor({ ...soon, state: 'detached' })
    await here.page.getByText(here.says('on_its_way')).waitFor({ state: 'detached' })
    const { snapshot } = await on.network.miljo.call('stream.open', { stream: `thread:${path.slice('/thread/'.length)}` })
    assert.deepEqual(snapshot.posts.map((post) => post.text), ['Början.', 'Svar utan-nät'], 'what was written meanwhile has come, once')
  })

test('what waits goes with the sign-out', async () => {
  const board = await makeBoard(on, { loose: ['Kvar'] })
  const trafik = await on.enter(on.network.trafik, 1)
  await openBoard(trafik, board)
  const before = await picture(trafik)
  trafik.door.cut()
  await isAway(trafik)
  await drag(trafik, 'Kvar', { x: 40, y: 200 })
  await isAway(trafik, 1)
  trafik.door.cutToPages()
  await trafik.goto('/me')
  await trafik.text('starting_title').waitFor()
  // Too late to be stopped by a slow hand: what is sent is sent. Sign-out must leave nothing in the browser.
  await trafik.mend('try_again')
  await trafik.button('sign_out').first().click()
  await trafik.title('sign_in_title').waitFor()
  const left = await trafik.page.evaluate(async () => {
    const names = (await indexedDB.databases()).map((one) => one.name)
    const count = (name) =>
      new Promise((done) => {
        indexedDB.open(name).onsuccess = ({ target: { result: db } }) => {
          const stores = [...db.objectStoreNames]
          if (stores.length === 0) return done(0)
          let sum = 0
          const all = db.transaction(stores)
          for (const store of stores) all.objectStore(store).count().onsuccess = (event) => (sum += event.target.result)
          all.oncomplete = () => done(sum)
        }
      })
    return { rows: await Promise.all(names.map(count)), keys: Object.keys(localStorage).filter((key) => /draft|seen|signed/.test(key)) }
  })
  assert.deepEqual({ rows: left.rows.filter((count) => count > 0), keys: left.keys }, { rows: [], keys: [] })
  assert.equal(before.length, 1)
})
