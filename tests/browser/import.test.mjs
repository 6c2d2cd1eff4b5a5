/* An administrator takes in a list of members: first as a trial that changes nothing, with what is wrong by line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stage } from './lib/stage.mjs'

const on = stage()

const list = `mail,name,organisation,track,cohort
utvecklare.miljo@stad.example,Utvecklare Miljö,MF,key_person,1
utvecklare.trafik@stad.example,Utvecklare Trafik,Trafikkontoret,key_person,1
ingen-adress,Felskriven Adress,MF,key_person,1
okand.forvaltning@stad.example,Okänd Förvaltning,XYZ,key_person,1
okand.omgang@stad.example,Okänd Omgång,MF,key_person,9
enhetschef.soder@stad.example,Enhetschef Söder,SDF,executive,1
`

async function begin(person) {
  await person.goto('/admin')
  await person.button('import_members').click()
}

const summary = (person, given) => person.page.getByText(person.says('import_summary', given)).first().waitFor()
const members = async () => (await on.network.admin.call('member.list', { limit: 100 })).members.map((one) => one.name)

test('a trial names what is wrong by line and changes nothing; the import takes the rest; the same list again changes nothing', async () => {
  const { admin } = on.network
  const before = await members()
  const here = await on.enter(admin)
  await begin(here)
  assert.ok(await here.button('do_import').isDisabled(), 'nothing is taken in untried')
  await here.field('choose_file').setInputFiles({ name: 'medlemmar.csv', mimeType: 'text/csv', buffer: Buffer.from(list) })
  await here.button('try_import').click()
  await here.text('import_tried').waitFor()
  await summary(here, { added: 2, changed: 0, unchanged: 1, errors: 3 })
  const rows = here.page.getByRole('table', { name: here.says('import_errors') }).getByRole('row')
  const cells = (await Promise.all((await rows.all()).slice(1).map((row) => row.getByRole('cell').allTextContents())))
  assert.deepEqual(cells, [['4', 'mail', here.says('row_no_mail')], ['5', 'organisation', here.says('row_no_organisation')],
    ['6', 'cohort', here.says('row_no_cohort')]])
  assert.deepEqual(await members(), before)

  await here.button('do_import').click()
  await here.text('import_done').waitFor()
  await summary(here, { added: 2, changed: 0, unchanged: 1, errors: 3 })
  assert.deepEqual((await members()).filter((name) => !before.includes(name)).sort(), ['Utvecklare Miljö', 'Utvecklare Trafik'])
  const after = JSON.stringify(await on.network.admin.call('member.list', { limit: 100 }))

  await here.page.reload()
  await begin(here)
  await here.field('or_paste').fill(list)
  await here.button('try_import').click()
  await summary(here, { added: 0, changed: 0, unchanged: 3, errors: 3 })
  assert.ok(await here.button('do_import').isDisabled(), 'there is nothing to take in')
  assert.equal(JSON.stringify(await on.network.admin.call('member.list', { limit: 100 })), after)
})

test('a list that was changed after its trial is tried again first', async () => {
  const here = await on.enter(on.network.admin)
  await begin(here)
  const text = `mail,name,organisation,track,cohort\nny.person@stad.example,Ny Person,TK,executive,1\n`
  await here.field('or_paste').fill(text)
  await here.button('try_import').click()
  await summary(here, { added: 1, changed: 0, unchanged: 0, errors: 0 })
  await here.field('or_paste').fill(text.replace('Ny Person', 'Annat Namn'))
  assert.ok(await here.button('do_import').isDisabled())
})

test('whoever is invited gets a mail that leads to the door, and comes in', async () => {
  const here = await on.enter(on.network.admin)
  await begin(here)
  await here.field('or_paste').fill(`mail;name;organisation;track;cohort\ninbjuden@stad.example;Inbjuden Person;TK;executive;1\n`)
  await here.page.getByRole('checkbox', { name: here.says('invite_new') }).check()
  await here.button('try_import').click()
  await summary(here, { added: 1, changed: 0, unchanged: 0, errors: 0 })
  await here.button('do_import').click()
  await here.text('import_done').waitFor()

  const address = 'inbjuden@stad.example'
  const invited = await on.enter()
  const linkIn = (mail) => /https?:\/\/\S+/.exec(mail)[0].replace(/^https?:\/\/[^/]+/, invited.origin)
  await invited.page.goto(linkIn(await on.mail(address)))
  await invited.field('mail').fill(address)
  await invited.button('send_link').click()
  await invited.page.goto(linkIn(await on.mail(address, 1)))
  await invited.button('sign_in').click()
  await invited.button('my_menu', { name: 'Inbjuden Person' }).waitFor()
})

test('others are not shown the place', async () => {
  const here = await on.enter(on.network.miljo)
  await here.goto('/admin')
  await here.text('unknown_text').waitFor()
})
