// Boards of 100 cards with a short and a long past: opening one must not read its journal.
import { drive } from '../lib/drive.mjs'
import { figure, record } from '../lib/figures.mjs'
import { board, korsdrag } from '../lib/korsdrag.mjs'
import { comparison } from '../lib/report.mjs'
import { say, withServer } from '../lib/turns.mjs'

const places = new Map()
/** Made once: a million events take a while. */
export function boardWithPast(events) {
  if (!places.has(events)) places.set(events, board(100, events))
  return places.get(events)
}

export async function run({ short, repeat }) {
  const pasts = short ? [100, 10000] : [1000, 1000000]
  for (let turn = 0; turn < repeat; turn++)
    for (const events of pasts)
      await withServer(() => korsdrag.start({ place: boardWithPast(events) }), async (server) => {
        const result = await drive('join', { ...server.drive, clients: 50 })
        record(`history/${events}/ms`, result.join.p50 / 1000)
        record(`history/${events}/p99_ms`, result.join.p99 / 1000)
        say(`${events} events: ${(result.join.p50 / 1000).toFixed(2)} ms`)
      })
}

export function show({ short }) {
  return comparison('Opening a board of 100 cards, by events in its journal', (short ? [100, 10000] : [1000, 1000000]).map(String), [
    ['ms', (events) => figure(`history/${events}/ms`)], ['p99 ms', (events) => figure(`history/${events}/p99_ms`)],
  ])
}
