// Events of 200 bytes to many viewers: how much of the server's processor each delivery costs. Saturated, 16 publishers keep 4
// events under way each; sparse, 50,000 deliveries a second. Korsdrag's events are moves of cards (some 230 bytes), committed
// before they are sent: what deciding and committing costs is in its figure, PostgreSQL's own processes are stated apart.
import { drive } from '../lib/drive.mjs'
import { figure, note, record } from '../lib/figures.mjs'
import { comparison, plot } from '../lib/report.mjs'
import { events } from '../lib/servers.mjs'
import { inTurn, say, withServer } from '../lib/turns.mjs'

const SIZES = [100, 1000, 10000]
const DELIVERIES = 50000
const names = Object.keys(events)

const loads = {
  saturated: () => ({ writers: 16, flight: 4 }),
  sparse: (viewers) => ({ writers: 1, rate: DELIVERIES / viewers }),
}

export async function run(options) {
  const sizes = options.short ? [100] : SIZES
  const peers = options.short ? ['korsdrag', 'floor, coalesced', 'bun'] : names
  for (const viewers of sizes)
    await inTurn({ repeat: options.repeat, peers: options.peers }, events, peers, (name, { start }) =>
      withServer(start, async (server) => {
        for (const [load, of] of Object.entries(loads)) {
          if (options.short && load === 'sparse') continue
          // A slow server needs long until its first event has reached all of 10,000.
          const seconds = options.short ? 1 : viewers === 10000 ? 8 : 4
          const result = await drive('run', { ...server.drive, clients: viewers, watch: server.watch, size: 200, warm: options.short ? 0.3 : 1.5, seconds, ...of(viewers) })
          const key = `fanout/${load}/${viewers}/${name}`
          const deliveries = result.seen
          if (deliveries === 0) {
            note(`${name} delivered nothing to ${viewers} viewers within ${seconds} s (${load}).`)
            continue
          }
          record(`${key}/cpu_us`, (result.cpu.server * 1e6) / deliveries)
          record(`${key}/per_s`, deliveries / result.seconds)
          if (result.cpu.postgres !== undefined) record(`${key}/cpu_us_with_postgres`, ((result.cpu.server + result.cpu.postgres) * 1e6) / deliveries)
          if (result.driver_is_full) note(`The driver was full while ${name} sent to ${viewers} viewers (${load}): the rate is the driver's, the cost is not.`)
          say(`${load} ${viewers} ${name}: ${((result.cpu.server * 1e6) / deliveries).toFixed(3)} µs a delivery, ${Math.round(deliveries / result.seconds)} a second`)
        }
      }))
}

export function show({ out }) {
  const at = (load, viewers, what) => (name) => figure(`fanout/${load}/${viewers}/${name}/${what}`)
  const column = (load, what, heading) => SIZES.map((viewers) => [`${viewers} ${heading}`, at(load, viewers, what)])
  for (const load of Object.keys(loads))
    plot(out, `fanout-${load}`, {
      title: `Fan-out, ${load}: server CPU per delivery`, x: 'viewers', y: 'microseconds',
      series: Object.fromEntries(names.map((name) => [name, SIZES.map((viewers) => [viewers, at(load, viewers, 'cpu_us')(name)]).filter(([, y]) => y)])),
    })
  return Object.keys(loads).map((load) =>
    comparison(`Fan-out, ${load}: server CPU a delivery in µs, with PostgreSQL's, and deliveries a second`, names, [
      ...column(load, 'cpu_us', 'µs'), ...column(load, 'cpu_us_with_postgres', '+pg'), ...column(load, 'per_s', '/s'),
      ['acknowledged when', (name) => events[name].ack],
    ])).join('')
}
