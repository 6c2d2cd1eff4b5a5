// From a write, committed, to another's screen, with 200 writers at 10 a second: on one node, between two nodes over NATS, and
// beside it what a single-row commit takes by itself, with pgbench on the same PostgreSQL, in turn.
import { drive } from '../lib/drive.mjs'
import { figure, quantile, record } from '../lib/figures.mjs'
import { board, korsdrag } from '../lib/korsdrag.mjs'
import { startNats } from '../lib/nats.mjs'
import { postgres } from '../lib/postgres.mjs'
import { comparison } from '../lib/report.mjs'
import { say, withServer } from '../lib/turns.mjs'

const WRITERS = 200

export async function run({ short, repeat }) {
  const seconds = short ? 1 : 6
  const writers = short ? 20 : WRITERS
  postgres.database('pgbench')
  for (let turn = 0; turn < repeat; turn++)
    await withServer(startNats, async (nats) => {
      const place = board(500)
      const settings = [nats.setting]
      const measure = async (kind, writes, watches) => {
        // The writers are the `others`, who are on the node that url-after names; the one client that watches is on the first.
        const result = await drive('run', { ...watches.drive, ...place, urlAfter: writes.drive.url, others: writers, clients: 1, writers, rate: 10, seconds, warm: short ? 0.5 : 2,
          watch: [`server=${writes.pid}`] })
        for (const [name, at] of [['p50', 'p50'], ['p99', 'p99']]) record(`latency/${kind}/${name}_ms`, result.seen_after[at] / 1000)
        record(`latency/${kind}/acks_per_s`, result.acked / result.seconds)
        say(`${kind}: p50 ${(result.seen_after.p50 / 1000).toFixed(2)} ms, p99 ${(result.seen_after.p99 / 1000).toFixed(2)} ms`)
      }
      const commits = postgres.pgbench('pgbench', { clients: 1, seconds: short ? 1 : 5 })
      record('latency/pgbench/p50_ms', quantile(commits, 0.5))
      record('latency/pgbench/p99_ms', quantile(commits, 0.99))
      say(`pgbench: p50 ${quantile(commits, 0.5).toFixed(2)} ms, p99 ${quantile(commits, 0.99).toFixed(2)} ms`)
      await withServer(() => korsdrag.start({ place, settings }), async (first) => {
        await measure('one node', first, first)
        await withServer(() => korsdrag.start({ place, settings }), (second) => measure('two nodes', first, second))
      })
    })
}

export function show() {
  return comparison("From a write to another's screen, 200 writers × 10/s", ['pgbench', 'one node', 'two nodes'], [
    ['p50 ms', (kind) => figure(`latency/${kind}/p50_ms`)], ['p99 ms', (kind) => figure(`latency/${kind}/p99_ms`)], ['acks/s', (kind) => figure(`latency/${kind}/acks_per_s`)],
  ])
}
