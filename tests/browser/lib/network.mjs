/* network.mjs - a small network: an administrator, three members of three houses, of whom one reads
 * English, and a space that is open to them all. */
import { id } from './id.mjs'

const houses = [
  ['administration', 'MF', 'Miljöförvaltningen'],
  ['administration', 'TK', 'Trafikkontoret'],
  ['district_administration', 'SDF', 'Södermalms stadsdelsförvaltning'],
]
const list = `mail,name,organisation,track,cohort
nyckelperson.miljo@stad.example,Nyckelperson Miljö,MF,key_person,1
nyckelperson.trafik@stad.example,Nyckelperson Trafik,TK,key_person,1
enhetschef.soder@stad.example,Enhetschef Söder,SDF,executive,1
`

/** Somebody in the network. */
class Member {
  constructor(world, mail, name) {
    Object.assign(this, { world, mail, name })
  }

  /** What a script of theirs would do. */
  async call(method, params) {
    this.token ??= await this.world.operator('token', this.mail, 'tests')
    return this.world.call(this.token, method, params)
  }
}

/** { admin, miljo, trafik, soder } and the id of a space. */
export async function network(world) {
  await world.operator('admin', 'administrator@stad.example', 'Administratör')
  const admin = new Member(world, 'administrator@stad.example', 'Administratör')
  for (const [kind, short, name] of houses) await admin.call('organisation.add', { organisation: id(), kind, short, name })
  for (const [track, name] of [['key_person', 'Nyckelpersoner, omgång 1'], ['executive', 'Chefer, omgång 1']])
    await admin.call('cohort.add', { cohort: id(), track, round: 1, name })
  await admin.call('member.import', { csv: list })
  const { members } = await admin.call('member.list', {})
  const named = (mail, name) => Object.assign(new Member(world, mail, name), { id: members.find((one) => one.name === name).id })
  const soder = Object.assign(named('enhetschef.soder@stad.example', 'Enhetschef Söder'), { locale: 'en' })
  await soder.call('me.update', { locale: 'en' })
  const space = id()
  await admin.call('space.create', { space, name: 'Erfarenheter', description: 'Det vi har prövat.', openness: 'network' })
  return {
    admin,
    miljo: named('nyckelperson.miljo@stad.example', 'Nyckelperson Miljö'),
    trafik: named('nyckelperson.trafik@stad.example', 'Nyckelperson Trafik'),
    soder,
    space,
  }
}
