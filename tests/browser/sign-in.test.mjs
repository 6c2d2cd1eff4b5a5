/* Signing in by mail, in the words of both languages, and signing out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stage } from './lib/stage.mjs'

const on = stage()

/** Asks for a link and gives what the mail holds. One address gets five mails an hour at most. */
async function ask(person, mail, path = '/') {
  const before = (await on.world.mails(mail)).length
  await person.goto(path)
  await person.field('mail').fill(mail)
  await person.button('send_link').click()
  await person.heading('look_in_mail').waitFor()
  const text = await on.mail(mail, before)
  const link = /https?:\/\/\S+\/sign-in\/link#\S+/.exec(text)?.[0]
  const code = /^\s*([A-Z0-9]{4}[- ]?[A-Z0-9]{4})\s*$/m.exec(text)?.[1]
  assert.ok(link && code, `a link and a code in:\n${text}`)
  return { text, link, code }
}

/** The account has a language of its own, Swedish until it is changed. */
async function isSignedIn(person) {
  person.speaks('sv')
  await person.heading('place_feed').or(person.page.getByRole('region', { name: person.says('place_feed') })).first().waitFor()
}

for (const [locale, who] of [['sv', 'miljo'], ['en', 'trafik']]) {
  test(`${locale}: the mailed link shows a button, and the button signs in`, async () => {
    const miljo = await on.enter(undefined, 0, { locale })
    const { text, link } = await ask(miljo, on.network[who].mail)
    assert.match(text, locale === 'sv' ? /logga in/i : /sign in/i)

    await miljo.page.goto(link)
    await miljo.heading('link_title').waitFor()
    assert.deepEqual((await miljo.context.cookies()).map((one) => one.name).filter((name) => name === '__Host-korsdrag'), [], 'looking spends nothing')
    await miljo.button('sign_in').click()
    await isSignedIn(miljo)
  })

  test(`${locale}: a link that has been used says so`, async () => {
    const miljo = await on.enter(undefined, 0, { locale })
    const { link } = await ask(miljo, on.network[who].mail)
    await miljo.page.goto(link)
    await miljo.button('sign_in').click()
    await isSignedIn(miljo)

    await miljo.page.goto(link)
    await miljo.button('sign_in').click()
    await miljo.heading('link_invalid_title').waitFor()
  })

  test(`${locale}: a link opened in another browser says to type the code where it was asked for`, async () => {
    const asking = await on.enter(undefined, 0, { locale })
    const other = await on.enter(undefined, 1, { locale })
    const { link, code } = await ask(asking, on.network[who].mail)

    await other.page.goto(link.replace(/^https?:\/\/[^/]+/, other.origin))
    await other.button('sign_in').click()
    await other.heading('other_browser_title').waitFor()
    await other.text('other_browser').waitFor()

    await asking.field('code').fill('AAAA-AAAA')
    await asking.button('sign_in').click()
    await asking.text('code_invalid').waitFor()
    await asking.field('code').fill(code.toLowerCase())
    await asking.button('sign_in').click()
    await isSignedIn(asking)
  })
}

test('an address that nobody has is answered like one that somebody has', async () => {
  const stranger = await on.enter()
  await stranger.goto('/')
  await stranger.field('mail').fill('ingen@stad.example')
  await stranger.button('send_link').click()
  await stranger.heading('look_in_mail').waitFor()
  await stranger.text('mail_sent', { mail: 'ingen@stad.example' }).waitFor()
  assert.deepEqual(await on.world.mails('ingen@stad.example'), [])
})

test('half an address is refused where it stands', async () => {
  const stranger = await on.enter()
  await stranger.goto('/')
  await stranger.field('mail').fill('anna.ek')
  await stranger.button('send_link').click()
  await stranger.text('mail_malformed').waitFor()
  assert.equal(await stranger.field('mail').getAttribute('aria-invalid'), 'true')
})

test('the session is a cookie that no script reads and no other site sends; signing out ends it', async () => {
  const miljo = await on.enter(on.network.miljo)
  const cookie = (await miljo.context.cookies()).find((one) => one.name === '__Host-korsdrag')
  const { httpOnly, secure, sameSite, path, domain } = cookie
  assert.deepEqual({ httpOnly, secure, sameSite, path, domain }, { httpOnly: true, secure: true, sameSite: 'Lax', path: '/', domain: 'localhost' })
  assert.ok(!(await miljo.page.evaluate(() => document.cookie)).includes('korsdrag'))

  await miljo.button('my_menu', { name: on.network.miljo.name }).click()
  await miljo.button('sign_out').click()
  await miljo.heading('sign_in_title').waitFor()
  assert.ok(!(await miljo.context.cookies()).some((one) => one.name === '__Host-korsdrag'), 'the cookie is gone')

  // Nor is it of use to whoever kept a copy of it.
  await miljo.context.addCookies([cookie])
  await miljo.page.evaluate(() => localStorage.setItem('korsdrag:signed-in', '1'))
  await miljo.page.reload()
  await miljo.heading('sign_in_title').waitFor()
})

test('whoever was on their way somewhere comes there after signing in', async () => {
  const soder = await on.enter()
  const { code } = await ask(soder, on.network.soder.mail, '/people')
  await soder.field('code').fill(code)
  await soder.button('sign_in').click()
  soder.speaks(on.network.soder.locale)
  await soder.heading('place_people').waitFor()
})
