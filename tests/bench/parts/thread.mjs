// A post to a thread that 10,000 people have open: when the last of them has it. Every reader looks at every post.
import { drive } from '../lib/drive.mjs'
import { figure, record } from '../lib/figures.mjs'
import { korsdrag, thread } from '../lib/korsdrag.mjs'
import { comparison } from '../lib/report.mjs'
import { say, withServer } from '../lib/turns.mjs'

export async function run({ short, repeat }) {
  const readers = short ? 100 : 10000
  for (let turn = 0; turn < repeat; turn++)
    await withServer(() => korsdrag.start({ place: thread(10) }), async (server) => {
      const result = await drive('run', { ...server.drive, clients: readers, writers: 1, rate: 0.5, watchEvery: 1, warm: 3, seconds: short ? 5 : 10, watch: server.watch })
      record(`thread/${readers}/last_ms`, result.seen_after.max / 1000)
      record(`thread/${readers}/p50_ms`, result.seen_after.p50 / 1000)
      record(`thread/${readers}/cpu_us`, (result.cpu.server * 1e6) / result.seen)
      say(`${readers} readers: half have it after ${(result.seen_after.p50 / 1000).toFixed(1)} ms, the last after ${(result.seen_after.max / 1000).toFixed(1)} ms`)
    })
}

export function show({ short }) {
  const readers = short ? 100 : 10000
  return comparison('A post to a thread', [`${readers} readers`], [
    ['half have it, ms', () => figure(`thread/${readers}/p50_ms`)], ['the last, ms', () => figure(`thread/${readers}/last_ms`)],
    ['server CPU a delivery, µs', () => figure(`thread/${readers}/cpu_us`)],
  ])
}
