/* Two people in one thread, on two nodes: what one writes the other sees, without loading anything anew. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './lib/eventually.mjs'
import { id } from './lib/id.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

/** A thread that Nyckelperson Miljö has begun. */
async function thread(title, text = 'Vi prövade i tre veckor.') {
  const one = id()
  await on.network.miljo.call('thread.create', { thread: one, post: id(), space: on.network.space, title, text })
  return { id: one, path: `/thread/${one}` }
}

const replyOf = (person, member) => person.page.getByRole('article', { name: person.says('post_by', { name: member.name }) })

async function write(person, text) {
  await person.field('write_reply').fill(text)
  await person.button('reply').last().click()
}

test('two people on two nodes, one of them in English, see posts come, change and go', async () => {
  const { miljo: she, soder: he } = on.network
  const { path } = await thread('Återbruk av möbler')
  const [miljo, soder] = await Promise.all([on.enter(she, 0), on.enter(he, 1)])
  await Promise.all([miljo.goto(path), soder.goto(path)])
  await Promise.all([miljo, soder].map((person) => person.title('Återbruk av möbler').waitFor()))
  // A mark that a page loaded anew would have lost.
  await miljo.page.evaluate(() => (window.isSamePage = true))

  await write(soder, 'Vi har en **lista** att dela.')
  const heard = replyOf(miljo, he)
  await heard.getByText('Vi har en lista att dela.').waitFor()
  assert.equal(await heard.locator('strong').textContent(), 'lista', 'Markdown is rendered')

  const own = replyOf(soder, he)
  await own.getByRole('button', { name: soder.says('edit'), exact: true }).click()
  await soder.field('edit_post').fill('Vi har två listor att dela.')
  await soder.button('save').click()
  await heard.getByText('Vi har två listor att dela.').waitFor()
  await heard.getByText(miljo.says('edited')).waitFor()

  await own.getByRole('button', { name: soder.says('delete_'), exact: true }).click()
  await soder.page.getByRole('dialog').getByRole('button', { name: soder.says('delete_post') }).click()
  await heard.getByText(miljo.says('post_deleted')).waitFor()
  assert.ok(await heard.getByText('listor').isHidden())
  assert.equal(await miljo.page.evaluate(() => window.isSamePage), true, 'nothing was loaded anew')
})

test('one sees who else is here, and who is writing', async () => {
  const { path } = await thread('Mäta det som inte syns')
  const [miljo, trafik] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  await Promise.all([miljo.goto(path), trafik.goto(path)])
  await miljo.page.getByRole('img', { name: miljo.says('here_now', { names: on.network.trafik.name }) }).waitFor()
  await trafik.field('write_reply').pressSequentially('Jag')
  await miljo.text('one_types', { name: on.network.trafik.name }).waitFor()
  await trafik.goto('/people')
  await miljo.page.getByRole('img', { name: miljo.says('here_now', { names: on.network.trafik.name }) }).waitFor({ state: 'detached' })
})

test('the feed hears of a thread begun on the other node, and of a reply', async () => {
  const [miljo, trafik] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.trafik, 1)])
  const rows = miljo.page.getByRole('list', { name: miljo.says('threads') }).getByRole('listitem')
  await rows.first().waitFor()
  await trafik.link('write').click()
  await trafik.field('title').fill('Vem har provat digital post?')
  await trafik.field('your_words').fill('Berätta gärna.')
  await trafik.button('publish').click()
  await trafik.title('Vem har provat digital post?').waitFor()
  await eventually(async () => assert.match(await rows.first().textContent(), /Vem har provat digital post\?/))

  await trafik.goto('/')
  const { id: other } = await thread('Något annat')
  await eventually(async () => assert.match(await rows.first().textContent(), /Något annat/))
  await on.network.soder.call('post.create', { thread: other, post: id(), text: 'Ett svar.' })
  await eventually(async () => assert.match(await rows.first().textContent(), /1\s*svar/))
})

test('Markdown that means harm is text, or nothing', async () => {
  const text = [
    'Före <script>window.isHarmed = 1</script> efter',
    '<img src=x onerror="window.isHarmed = 1">',
    '[länk](javascript:window.isHarmed=1) och [god](https://exempel.se)',
    '![bild](https://exempel.se/spion.png)',
    '<svg/onload=window.isHarmed=1>',
    '| a | b |\n| - | - |\n| <b onclick="window.isHarmed=1">c</b> | d |',
  ].join('\n\n')
  const { path } = await thread('<script>window.isHarmed = 1</script> i rubriken', text)
  const trafik = await on.enter(on.network.trafik)
  await trafik.goto(path)
  await trafik.title('<script>window.isHarmed = 1</script> i rubriken').waitFor()
  const first = trafik.page.getByRole('main')
  await first.getByText('Före').first().waitFor()
  assert.match(await first.textContent(), /<script>window\.isHarmed = 1<\/script> efter/)
  assert.equal(await trafik.page.evaluate(() => window.isHarmed), undefined)
  assert.equal(await first.locator('script, img, iframe, svg[onload], [onclick], [onerror], a[href^="javascript"]').count(), 0)
  const link = first.getByRole('link', { name: 'god' }).first()
  assert.equal(await link.getAttribute('href'), 'https://exempel.se')
  assert.match((await link.getAttribute('rel')) ?? '', /noopener/)
})

test('what two windows of one person write on the same post is not lost', async () => {
  const { path } = await thread('Två fönster', 'Först.')
  const [one, other] = await Promise.all([on.enter(on.network.miljo, 0), on.enter(on.network.miljo, 1)])
  for (const person of [one, other]) {
    await person.goto(path)
    await person.title('Två fönster').waitFor()
    await person.page.getByRole('main').getByRole('button', { name: person.says('edit'), exact: true }).click()
  }
  await one.field('edit_post').fill('Från det ena.')
  await one.button('save').click()
  await one.text('Från det ena.').first().waitFor()
  await other.field('edit_post').fill('Från det andra.')
  await other.button('save').click()
  await eventually(async () => {
    const page = await other.page.getByRole('main').textContent()
    assert.ok(page.includes('Från det ena.'), 'what stands there is shown')
  })
  assert.equal(await other.field('edit_post').inputValue(), 'Från det andra.', 'and what was written is still in hand')
})

test('earlier posts of a long thread come when asked for', async () => {
  const { id: one, path } = await thread('En lång tråd')
  const token = on.network.miljo.token
  for (let i = 1; i <= 60; i++) await on.world.call(token, 'post.create', { thread: one, post: id(), text: `Svar nummer ${i}.` })
  const trafik = await on.enter(on.network.trafik)
  await trafik.goto(path)
  await trafik.text('Svar nummer 60.').waitFor()
  assert.equal(await trafik.text('Svar nummer 3.').count(), 0)
  await trafik.button('show_earlier').click()
  await trafik.text('Svar nummer 3.').waitFor()
  const numbers = await trafik.page.getByText(/^Svar nummer \d+\.$/).allTextContents()
  assert.deepEqual(numbers, Array.from({ length: 60 }, (_, i) => `Svar nummer ${i + 1}.`), 'each once, in order')
})
