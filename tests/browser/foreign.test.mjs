/* What a page of somebody else's can do in the browser of a member who is signed in: nothing. And the tests' own watch:
 * whatever a page complains of fails the test. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { stage } from './lib/stage.mjs'

const on = stage()
/** Another port of the same host (same site: the browser sends the cookie along), and another host. */
const foreign = {}
let server
before(async () => {
  server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end('<!doctype html><title>En främmande sida</title><h1>En främmande sida</h1>')
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  foreign.port = `http://localhost:${port}`
  foreign.host = `http://127.0.0.1:${port}`
})
after(() => new Promise((done) => server.close(done)))

/** A page of a stranger's in the window of `person`, who has nothing to say of what the browser refuses it. */
async function visit(person, origin) {
  const page = await person.context.newPage()
  await page.goto(origin)
  return page
}

/** Opens a socket as a script on that page would; gives the close code, or what was heard. */
function knock(page, address) {
  return page.evaluate(
    (address) =>
      new Promise((done) => {
        const socket = new WebSocket(address, 'korsdrag.v1')
        socket.onopen = () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'me.get', params: {} }))
        socket.onmessage = ({ data }) => done(`heard ${data}`)
        socket.onclose = ({ code }) => done(code)
      }),
    address,
  )
}

for (const where of ['port', 'host'])
  test(`a page on another ${where} cannot open the socket with the visitor's session`, async () => {
    const trafik = await on.enter(on.network.trafik)
    // From the right page the very same socket opens: it is the origin that is refused.
    const own = `ws://localhost:${new URL(trafik.origin).port}/ws`
    assert.match(await knock(trafik.page, own), /"member"/)

    const page = await visit(trafik, foreign[where])
    const sent = []
    page.on('websocket', (socket) => sent.push(socket.url()))
    for (const address of [own, own.replace('localhost', '127.0.0.1')]) assert.equal(await knock(page, address), 1006, `${address} from ${foreign[where]}`)
    assert.equal(sent.length, 2, 'both were tried')
    trafik.complaints.length = 0 // the stranger's page is told that it was refused
  })

test('the service under another name of its host is not the service', async () => {
  const trafik = await on.enter(on.network.trafik)
  const page = await visit(trafik, trafik.origin.replace('localhost', '127.0.0.1'))
  for (const host of ['localhost', '127.0.0.1']) assert.equal(await knock(page, `ws://${host}:${new URL(trafik.origin).port}/ws`), 1006, host)
  trafik.complaints.length = 0
})

/** Ways in which a page can post to another origin without asking it first. */
const ways = {
  fetch: (page, address, body) =>
    page.evaluate(([address, body]) => fetch(address, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).then(() => {}, () => {}), [address, body]),
  beacon: (page, address, body) =>
    page.evaluate(async ([address, body]) => {
      navigator.sendBeacon(address, body)
      // A beacon is sent in the background and tells nothing; what is fetched after it from the same host ends after it.
      for (let i = 0; i < 3; i++) await fetch(address, { mode: 'no-cors' }).catch(() => {})
    }, [address, body]),
  form: async (page, address, body) => {
    const answered = page.waitForResponse((response) => response.url() === address)
    await page.evaluate(([address, body]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action: address, enctype: 'text/plain' })
      // A text/plain form sends name=value: JSON with the sign hidden in a string.
      const [before, after] = [body.slice(0, -1) + ',"x":"', '"}']
      form.append(Object.assign(document.createElement('input'), { name: before, value: after }))
      document.body.append(form)
      form.submit()
    }, [address, body])
    assert.equal((await answered).status(), 403, 'refused for where it comes from')
  },
}

for (const where of ['port', 'host'])
  for (const [way, post] of Object.entries(ways))
    test(`a page on another ${where} cannot sign anybody in or out, nor have mail sent, by a ${way}`, async () => {
      const trafik = await on.enter(on.network.trafik)
      const { mail } = on.network.soder
      const before = (await on.world.mails(mail)).length
      const link = await on.world.operator('link', mail)
      const token = link.slice(link.indexOf('#') + 1)
      const attempts = [['sign-out', '{"all":false}'], ['ask', JSON.stringify({ mail, locale: 'sv' })], ['redeem', JSON.stringify({ token })]]
      for (const [what, body] of attempts) await post(await visit(trafik, foreign[where]), `${trafik.origin}/auth/${what}`, body)

      await trafik.goto('/me')
      await trafik.title(on.network.trafik.name).waitFor() // neither signed out nor somebody else
      assert.equal((await on.world.mails(mail)).length, before, 'nobody was written to')
      trafik.complaints.length = 0
      // The link was not spent on it: its owner comes in.
      const soder = await on.enter()
      await soder.page.goto(link.replace(/^https?:\/\/[^/]+/, soder.origin))
      await soder.button('sign_in').click()
      soder.speaks(on.network.soder.locale)
      await soder.button('my_menu', { name: on.network.soder.name }).waitFor()
    })

test('whatever a page complains of fails the test it happens in', async () => {
  const ways = {
    'console.error': [() => console.error('Ett fel'), /Ett fel/],
    'an exception': [() => setTimeout(() => { throw new Error('Ett kast') }), /Ett kast/],
    'a promise': [() => void Promise.reject(new Error('Ett brutet löfte')), /Ett brutet löfte/],
    'an image from elsewhere': [() => void (new Image().src = 'https://exempel.se/spion.png'), /policy violated: img-src https:\/\/exempel\.se/],
    'an inline style': [() => document.body.setAttribute('style', 'color: red'), /policy violated: style-src/],
    'markup from a string': [() => { try { document.body.innerHTML = '<b>x</b>' } catch { /* refused */ } }, /policy violated: require-trusted-types-for/],
    'a page that it opened': [() => void (open('/').onload = function () { this.console.error('Ett fel därborta') }), /Ett fel därborta/],
  }
  for (const [what, [harm, words]] of Object.entries(ways)) {
    const person = await on.enter()
    on.here.pop()
    await person.goto('/')
    await person.title('sign_in_title').waitFor()
    const said = new Promise((done) => person.context.on('console', (message) => words.test(message.text()) && done()))
    const thrown = new Promise((done) => person.context.on('weberror', (error) => words.test(String(error.error())) && done()))
    await person.page.evaluate(harm)
    await Promise.race([said, thrown])
    await assert.rejects(person.leave(), (error) => words.test(error.actual?.join('\n')), what)
  }
})
