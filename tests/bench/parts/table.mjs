// How costs grow: connections, cards of a board, posts of a thread, events of a journal.
import { drive, hold } from '../lib/drive.mjs'
import { figure, record } from '../lib/figures.mjs'
import { board, korsdrag, thread } from '../lib/korsdrag.mjs'
import { memoryOf, sleep } from '../lib/place.mjs'
import { comparison, plot } from '../lib/report.mjs'
import { say, withServer } from '../lib/turns.mjs'
import { boardWithPast } from './history.mjs'

const tens = (from, to) => Array.from({ length: Math.log10(to / from) + 1 }, (_, i) => from * 10 ** i)
const scales = {
  connections: tens(1, 10000),
  'cards of a board': [100, 1000, 5000, 10000],
  'posts of a thread': tens(10, 100000),
  'events of a journal': tens(100, 1000000),
}

async function opening(kind, n, place) {
  await withServer(() => korsdrag.start({ place }), async (server) => {
    const result = await drive('join', { ...server.drive, clients: 20, watch: server.watch })
    record(`table/${kind}/${n}/ms`, result.join.p50 / 1000)
    record(`table/${kind}/${n}/kb`, result.bytes_in / 20 / 1024)
    record(`table/${kind}/${n}/cpu_ms`, (result.cpu.server * 1000) / 20)
    say(`${n} ${kind}: ${(result.join.p50 / 1000).toFixed(2)} ms, ${(result.bytes_in / 20 / 1024).toFixed(0)} KB`)
  })
}

/** One writes twice a second on a board that all look at. */
async function connections(n, short) {
  await withServer(() => korsdrag.start({ cards: 10 }), async (server) => {
    const idle = memoryOf(server.pid)
    const result = await drive('run', { ...server.drive, clients: n, writers: 1, rate: 2, warm: 1, seconds: short ? 2 : 6, watch: server.watch, watchEvery: 1 })
    record(`table/connections/${n}/cpu_ms`, (result.cpu.server * 1000) / Math.max(1, result.acked))
    if (result.seen_after.count > 0) record(`table/connections/${n}/ms`, result.seen_after.p99 / 1000)
    const held = await hold({ ...server.drive, clients: n })
    await sleep(500)
    record(`table/connections/${n}/kb`, (memoryOf(server.pid) - idle) / n / 1024)
    await held.release()
    say(`${n} connections: ${((result.cpu.server * 1000) / Math.max(1, result.acked)).toFixed(2)} ms of CPU an event`)
  })
}

export async function run({ short }) {
  const some = (list) => (short ? list.slice(0, 2) : list)
  for (const n of some(scales.connections)) await connections(n, short)
  for (const n of some(scales['cards of a board'])) await opening('cards of a board', n, board(n))
  for (const n of some(scales['posts of a thread'])) await opening('posts of a thread', n, thread(n))
  for (const n of some(scales['events of a journal'])) await opening('events of a journal', n, boardWithPast(n))
}

export function show({ out }) {
  const columns = {
    connections: [['p99 to a screen, ms', 'ms'], ['CPU an event, ms', 'cpu_ms'], ['memory each, KB', 'kb']],
    'cards of a board': [['opens in ms', 'ms'], ['KB', 'kb'], ['server CPU ms', 'cpu_ms']],
    'posts of a thread': [['opens in ms', 'ms'], ['KB', 'kb'], ['server CPU ms', 'cpu_ms']],
    'events of a journal': [['opens in ms', 'ms'], ['KB', 'kb'], ['server CPU ms', 'cpu_ms']],
  }
  plot(out, 'table', {
    title: 'How times grow', x: 'how many', y: 'milliseconds',
    series: Object.fromEntries(Object.entries(scales).map(([kind, list]) => [kind, list.map((n) => [n, figure(`table/${kind}/${n}/ms`)]).filter(([, y]) => y)])),
  })
  return Object.entries(scales).map(([kind, list]) =>
    comparison(`By ${kind}`, list.map(String), columns[kind].map(([heading, what]) => [heading, (n) => figure(`table/${kind}/${n}/${what}`)]))).join('')
}
