// A board of 500 cards and people who move them: as many moves as the server takes (4 under way each), and 10 a second each.
import { drive } from '../lib/drive.mjs'
import { figure, note, record } from '../lib/figures.mjs'
import { comparison, plot } from '../lib/report.mjs'
import { boards } from '../lib/servers.mjs'
import { inTurn, say, withServer } from '../lib/turns.mjs'

const CLIENTS = [10, 50, 200]
const CARDS = 500
const names = Object.keys(boards)
const loads = { saturated: { flight: 4 }, paced: { rate: 10 } }
/** How many moves one client can be asked for: Hocuspocus's are made beforehand. */
const OPS = { 10: 20000, 50: 5000, 200: 1000 }

export async function run(options) {
  const peers = options.short ? ['korsdrag', 'plain'] : names
  for (const clients of options.short ? [10] : CLIENTS)
    for (const [load, pace] of Object.entries(loads))
      await inTurn({ repeat: options.repeat, peers: options.peers }, boards, peers, (name, { start }) =>
        withServer(() => start(CARDS, clients, OPS[clients]), async (server) => {
          const result = await drive('run', { ...server.drive, clients, writers: clients, cards: CARDS, watch: server.watch, warm: options.short ? 0.3 : 2, seconds: options.short ? 1 : 6, ...pace })
          const key = `board/${load}/${clients}/${name}`
          const perSecond = (n) => n / result.seconds
          if (result.acked === 0) {
            note(`${name} acknowledged nothing of ${clients} clients (${load}).`)
            record(`${key}/acks_per_s`, 0)
            return
          }
          record(`${key}/acks_per_s`, perSecond(result.acked))
          record(`${key}/delivered_per_s`, perSecond(result.delivered))
          record(`${key}/coalesced_per_s`, Math.max(0, perSecond(result.acked * (clients - 1) - result.delivered)))
          record(`${key}/cpu_us_op`, (result.cpu.server * 1e6) / result.acked)
          record(`${key}/cpu_us`, (result.cpu.server * 1e6) / result.delivered)
          record(`${key}/cpu_share`, perSecond(result.cpu.server))
          record(`${key}/ack_p50_ms`, result.ack.p50 / 1000)
          record(`${key}/ack_p99_ms`, result.ack.p99 / 1000)
          if (result.seen_after.count > 0) record(`${key}/seen_p99_ms`, result.seen_after.p99 / 1000)
          if (result.cpu.postgres !== undefined) record(`${key}/cpu_us_op_with_postgres`, ((result.cpu.server + result.cpu.postgres) * 1e6) / result.acked)
          if (result.driver_is_full) note(`The driver was full with ${clients} clients of ${name} (${load}).`)
          say(`${load} ${clients} ${name}: ${Math.round(perSecond(result.acked))} acks/s, ${((result.cpu.server * 1e6) / result.acked).toFixed(1)} µs an op, p99 ${(result.ack.p99 / 1000).toFixed(1)} ms`)
        }))
}

export function show({ out }) {
  plot(out, 'board-saturated', {
    title: 'A board of 500 cards, saturated: moves acknowledged', x: 'clients', y: 'a second',
    series: Object.fromEntries(names.map((name) => [name, CLIENTS.map((n) => [n, figure(`board/saturated/${n}/${name}/acks_per_s`)]).filter(([, y]) => y)])),
  })
  return CLIENTS.flatMap((clients) => Object.keys(loads).map((load) => {
    const at = (what) => (name) => figure(`board/${load}/${clients}/${name}/${what}`)
    return comparison(`A board of ${CARDS} cards, ${clients} clients, ${load === 'paced' ? '10 moves a second each' : 'saturated'}`, names, [
      ['acks/s', at('acks_per_s')], ['delivered/s', at('delivered_per_s')], ['coalesced/s', at('coalesced_per_s')], ['µs/op', at('cpu_us_op')],
      ['+pg', at('cpu_us_op_with_postgres')], ['µs/delivery', at('cpu_us')], ['core', at('cpu_share')], ['ack p50 ms', at('ack_p50_ms')],
      ['p99', at('ack_p99_ms')], ['seen p99', at('seen_p99_ms')], ['acknowledged when', (name) => boards[name].ack],
    ])
  })).join('')
}
