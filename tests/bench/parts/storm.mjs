// A node is killed and all who were on it come to the other one, which has people of its own: what that costs it, and what these
// notice. Those who come back wait a random part of a second first, as browsers do, and resume from the last event that they have.
import { storm } from '../lib/drive.mjs'
import { figure, record } from '../lib/figures.mjs'
import { korsdrag } from '../lib/korsdrag.mjs'
import { comparison } from '../lib/report.mjs'
import { say, withServer } from '../lib/turns.mjs'
import { places } from './memory.mjs'

const OTHERS = 20
const SETTINGS = ['limit.head_time = 1min']

export async function run({ short, repeat }) {
  const clients = short ? 200 : 10000
  const streams = places(clients)
  for (let turn = 0; turn < repeat; turn++)
    await withServer(() => korsdrag.start({ place: {}, settings: SETTINGS }), (stays) =>
      withServer(() => korsdrag.start({ place: {}, settings: SETTINGS, core: null }), async (goes) => {
        const options = { ...goes.drive, urlAfter: stays.drive.url, clients, others: OTHERS, streams, rate: 1, warm: 3, spread: 1, watch: stays.watch, method: 'post.create' }
        const result = await storm(options, goes.kill)
        record(`storm/${clients}/cpu_s`, result.cpu.server)
        record(`storm/${clients}/back_s`, result.back_after_s)
        record(`storm/${clients}/join_p99_ms`, result.join.p99 / 1000)
        if (result.ack.count > 0) record(`storm/${clients}/others_p99_ms`, result.ack.p99 / 1000)
        record(`storm/${clients}/others_before_p99_ms`, result.ack_before.p99 / 1000)
        record(`storm/${clients}/postgres_cpu_s`, result.cpu.postgres)
        say(`${clients} back after ${result.back_after_s.toFixed(2)} s, ${result.cpu.server.toFixed(2)} s of the node's CPU, others' p99 ${(result.ack.p99 / 1000).toFixed(1)} ms`)
      }))
}

export function show({ short }) {
  const of = (what) => () => figure(`storm/${short ? 200 : 10000}/${what}`)
  return comparison('A node is lost and its clients come to the other', [`${short ? 200 : 10000} clients`], [
    ['CPU s', of('cpu_s')], ['of PostgreSQL', of('postgres_cpu_s')], ['all back after s', of('back_s')], ['join p99 ms', of('join_p99_ms')],
    ["others' ack p99 before", of('others_before_p99_ms')], ['meanwhile', of('others_p99_ms')],
  ])
}
