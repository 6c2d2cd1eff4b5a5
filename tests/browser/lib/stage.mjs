/* stage.mjs - what most files begin with: one world, its network, one Chromium; and their end. */
import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import { eventually } from './eventually.mjs'
import { network } from './network.mjs'
import { launch, Person } from './people.mjs'
import { World } from './world.mjs'

/** Call it at the top of a file; what it gives is filled before the first test. Whoever entered leaves after each test,
 * and has had nothing to complain of. */
export function stage({ begin = network } = {}) {
  const stage = {
    here: [],
    /** Somebody's window at one of the two doors; signed in when `member` is given, in that member's language. */
    async enter(member, door = 0, options = {}) {
      const person = await Person.enter(stage.browser, stage.world, door, { locale: member?.locale, ...options })
      stage.here.push(person)
      if (member) await person.signIn(member.mail)
      return person
    },
    /** The mail to an address after the first `number`, once it has come. */
    mail(to, number = 0) {
      return eventually(async () => {
        const mails = await stage.world.mails(to)
        assert.equal(mails.length, number + 1, `mails to ${to}`)
        return mails[number]
      })
    },
  }
  before(async () => {
    stage.world = await World.start()
    ;[stage.network, stage.browser] = await Promise.all([begin(stage.world), launch()])
  })
  afterEach(async () => {
    for (const person of stage.here.splice(0)) await person.leave()
  })
  after(async () => {
    await stage.browser?.close()
    await stage.world?.stop()
  })
  return stage
}
