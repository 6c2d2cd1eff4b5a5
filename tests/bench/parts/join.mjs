// Coming to a board of 5,000 cards, as a fresh client: time and bytes, until it has all of it (ours over
// HTTP, by gzip, as a browser would: inflated within that time); and what a board costs that is loaded and idle, or gone again.
import { drive } from '../lib/drive.mjs'
import { figure, record } from '../lib/figures.mjs'
import { board, boards as boardsMade, korsdrag, memberToken } from '../lib/korsdrag.mjs'
import { memoryOf, sleep } from '../lib/place.mjs'
import { comparison } from '../lib/report.mjs'
import { caller, newId } from '../lib/rpc.mjs'
import { boards } from '../lib/servers.mjs'
import { inTurn, say, withServer } from '../lib/turns.mjs'

// The plain server's cards have no text, and ShareDB wants a subscription for each card: neither is the same work.
const names = ['korsdrag', 'tldraw, memory', 'tldraw, SQLite', 'hocuspocus']
const BOARDS_A_CLIENT = 60
/** How long a board that nobody looks at may stay in memory. */
const EVICTED_AFTER_MS = 8000
const SETTINGS = ['limit.models_idle = 2s', 'limit.snapshots_idle = 2s']

async function joins(options) {
  const cards = options.short ? 500 : 5000
  await inTurn(options, boards, options.short ? ['korsdrag', 'tldraw, memory'] : names, (name, { start }) =>
    withServer(() => start(cards, 20, 1), async (server) => {
      const result = await drive('join', { ...server.drive, clients: 20, cards, watch: server.watch })
      record(`join/${cards}/${name}/ms`, result.join.p50 / 1000)
      record(`join/${cards}/${name}/bytes`, result.bytes_in / 20)
      record(`join/${cards}/${name}/cpu_ms`, (result.cpu.server * 1000) / 20)
      say(`${cards} cards, ${name}: ${(result.join.p50 / 1000).toFixed(1)} ms, ${Math.round(result.bytes_in / 20 / 1024)} KB`)
    }))
}

/** Opens each board and moves one card there, so that whatever the server keeps of a board is there. */
async function load(url, places) {
  const callers = []
  for (let at = 0; at < places.length; at += BOARDS_A_CLIENT) {
    const one = await caller(url, memberToken(at / BOARDS_A_CLIENT))
    for (const { stream, cardsNamed } of places.slice(at, at + BOARDS_A_CLIENT)) {
      await one.call('stream.open', { stream })
      await one.call('card.move', { board: stream.slice(6), card: `${cardsNamed}${'0'.repeat(12)}`, x: 1, y: 1, order: 'c000', op: newId() })
    }
    callers.push({ ...one, streams: places.slice(at, at + BOARDS_A_CLIENT) })
  }
  return callers
}

async function unload(callers) {
  for (const { call, streams, close } of callers) {
    for (const { stream } of streams) await call('stream.close', { stream })
    close()
  }
  await sleep(EVICTED_AFTER_MS)
}

async function memory({ short, repeat }) {
  const count = short ? 60 : 600
  for (let turn = 0; turn < repeat; turn++) {
    const sets = Array.from({ length: 3 }, () => boardsMade(count, 100))
    await withServer(() => korsdrag.start({ place: {}, settings: SETTINGS }), async (server) => {
      await unload(await load(server.drive.url, [board(100)]))
      const empty = memoryOf(server.pid)
      const loaded = await load(server.drive.url, sets[0])
      await sleep(1000)
      record('join/memory/loaded', (memoryOf(server.pid) - empty) / count / 1024)
      await unload(loaded)
      // What the allocator keeps of the first is used by the others; what they add is what an evicted board leaves behind.
      const once = memoryOf(server.pid)
      for (const set of sets.slice(1)) await unload(await load(server.drive.url, set))
      record('join/memory/evicted', Math.max(0, memoryOf(server.pid) - once) / (2 * count) / 1024)
      say(`a loaded board ${figure('join/memory/loaded').toFixed(2)} KB, an evicted one ${figure('join/memory/evicted').toFixed(2)} KB`)
    })
  }
}

export async function run(options) {
  await joins(options)
  await memory(options)
}

export function show({ short }) {
  const at = (what) => (name) => figure(`join/${short ? 500 : 5000}/${name}/${what}`)
  return comparison(`Coming to a board of ${short ? 500 : '5,000'} cards`, names, [
    ['ms', at('ms')], ['KB', (name) => at('bytes')(name) && at('bytes')(name) / 1024], ['server CPU ms', at('cpu_ms')],
  ]) + comparison('Memory of a board of 100 cards', ['loaded, idle', 'evicted'], [['KB', (kind) => figure(`join/memory/${kind.split(',')[0]}`)]])
}
