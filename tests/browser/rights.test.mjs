/* Rights that end while somebody looks: the page follows, without being loaded anew. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { card, makeBoard, openBoard } from './lib/board.mjs'
import { eventually } from './lib/eventually.mjs'
import { id } from './lib/id.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()

/** A private space of Nyckelperson Miljö's with Nyckelperson Trafik in it. */
async function privateSpace() {
  const { miljo, trafik } = on.network
  const space = id()
  await miljo.call('space.create', { space, name: 'Bara vi två', description: '', openness: 'private' })
  await miljo.call('space.add_member', { space, member: trafik.id })
  return space
}

test('whoever is taken out of a private space loses its thread, its board and the space itself', async () => {
  const { miljo, trafik } = on.network
  const space = await privateSpace()
  const thread = id()
  await miljo.call('thread.create', { thread, post: id(), space, title: 'Förtroligt', text: 'Mellan oss.' })
  const board = await makeBoard({ network: { ...on.network, space } }, { title: 'Förtrolig tavla', loose: ['Hemlig lapp'] })

  const his = await on.enter(trafik, 1)
  await his.goto(`/thread/${thread}`)
  await his.page.getByRole('article').getByText('Mellan oss.').waitFor()
  const onBoard = await on.enter(trafik, 1)
  await openBoard(onBoard, board)
  const inSpace = await on.enter(trafik, 1)
  await inSpace.goto(`/space/${space}`)
  await inSpace.title('Bara vi två').waitFor()
  const listed = await on.enter(trafik, 0)
  await listed.goto('/spaces')
  await listed.link('Bara vi två').waitFor()

  // The owner does it on the other node, in the space's own page.
  const hers = await on.enter(miljo, 0)
  await hers.goto(`/space/${space}`)
  await hers.button('remove_named', { name: trafik.name }).click()

  await his.title('thread_gone_title').waitFor()
  await eventually(async () => assert.equal(await his.page.getByText(/Mellan oss|Förtroligt/).count(), 0, 'its words are gone from the page, and from the feed'))
  await onBoard.text('board_closed_title').waitFor()
  assert.equal(await card(onBoard, 'Hemlig lapp').count(), 0)
  await inSpace.text('space_gone_title').first().waitFor()
  await listed.link('Bara vi två').waitFor({ state: 'detached' })
})

test('what is written in the moment the right ends is refused, and kept as a draft when wanted', async () => {
  const { miljo, trafik } = on.network
  const space = await privateSpace()
  const thread = id()
  await miljo.call('thread.create', { thread, post: id(), space, title: 'Snart slut', text: 'Början.' })
  const his = await on.enter(trafik, 1)
  await his.goto(`/thread/${thread}`)
  await his.title('Snart slut').waitFor()
  his.door.cut()
  await his.page.locator('[data-connection]').waitFor()
  await his.field('write_reply').fill('Mina genomtänkta ord')
  await his.button('reply').last().click()
  await miljo.call('space.remove_member', { space, member: trafik.id })
  await his.mend('try_now')
  await his.title('thread_gone_title').waitFor()
  const refused = his.page.getByRole('region', { name: his.says('rejections') })
  await refused.getByText('Mina genomtänkta ord').waitFor()
  await refused.getByRole('button', { name: his.says('keep_as_draft') }).click()
  await refused.waitFor({ state: 'detached' })
  assert.equal((await miljo.call('stream.open', { stream: `thread:${thread}` })).snapshot.posts.length, 1, 'and it is nowhere else')
})

for (const who of ['trafik', 'soder'])
  test(`a session that is ended elsewhere lands at the door (${who === 'soder' ? 'English' : 'Swedish'})`, async () => {
    const member = on.network[who]
    const one = await on.enter(member, 0)
    const other = await on.enter(member, 1)
    await other.goto('/people')
    await other.title('place_people').waitFor()

    await one.goto('/me')
    const row = one.page.getByRole('region', { name: one.says('sessions') }).getByRole('listitem').filter({ hasNot: one.page.getByText(one.says('this_one')) })
    await row.first().getByRole('button').click()
    await one.page.getByRole('dialog').getByRole('button', { name: one.says('end'), exact: true }).click()
    await one.page.getByText(one.says('session_ended')).waitFor({ state: 'attached' })

    await other.title('sign_in_title').waitFor()
    assert.match(other.page.url(), /next=%2Fpeople/, 'and comes back to where it was')
    assert.equal(await one.title(member.name).count(), 1, 'whoever ended it stays')
  })

test('a member who is suspended is shown the door on every node', async () => {
  const { admin, trafik } = on.network
  const [one, other] = await Promise.all([on.enter(trafik, 0), on.enter(trafik, 1)])
  await admin.call('member.suspend', { member: trafik.id })
  await Promise.all([one, other].map((person) => person.title('sign_in_title').waitFor()))
  await admin.call('member.reinstate', { member: trafik.id })
})

test('whoever becomes an administrator gets the place for it at once, and loses it again', async () => {
  const { admin, miljo } = on.network
  const hers = await on.enter(miljo, 1)
  assert.equal(await hers.link('place_admin').count(), 0)
  await admin.call('role.grant', { member: miljo.id, role: 'administrator' })
  await hers.link('place_admin').first().waitFor({ state: 'attached' })
  await hers.goto('/admin')
  await hers.title('place_admin').waitFor()
  await admin.call('role.revoke', { member: miljo.id, role: 'administrator' })
  await hers.text('unknown_title').first().waitFor({ state: 'attached' })
})

test('an address that leads nowhere is told in the reader’s words', async () => {
  const here = await on.enter(on.network.miljo)
  const answer = await here.goto('/finns/inte/alls')
  assert.equal(answer.status(), 404)
  await here.text('unknown_text').waitFor()
  here.complaints.length = 0 // the browser's own, of the 404
})
