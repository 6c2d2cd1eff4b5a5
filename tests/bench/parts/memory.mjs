// What a connection costs the server's process: what it has of its own (private pages), with many connections less with few. The
// kernel's buffers of sockets are not in it. TLS is the proxy's (ARCHITECTURE.md), so there is none to measure here.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hold } from '../lib/drive.mjs'
import { figure, note, record } from '../lib/figures.mjs'
import { boards, korsdrag, threads } from '../lib/korsdrag.mjs'
import { folder, memoryOf, sleep } from '../lib/place.mjs'
import { comparison } from '../lib/report.mjs'
import { say, withServer } from '../lib/turns.mjs'

const SETTINGS = ['limit.head_time = 5min', 'limit.idle = 5min', 'limit.ping = 5min', 'limit.dead = 10min']
const PEOPLE_A_BOARD = 50

/** Pairs of a board and a thread, enough that each has as many people as a workshop. */
export function places(people) {
  const count = Math.ceil(people / PEOPLE_A_BOARD)
  const path = join(folder, `streams-${count}`)
  const [some, others] = [threads(count, 5), boards(count, 20)]
  writeFileSync(path, some.map(({ stream }, i) => `${stream},${others[i].stream}`).join('\n'))
  return path
}

async function perConnection(server, clients, extra) {
  const few = await hold({ ...server.drive, ...extra, clients: clients / 5 })
  await sleep(1500)
  const before = memoryOf(server.pid)
  const many = await hold({ ...server.drive, ...extra, clients })
  await sleep(1500)
  const bytes = (memoryOf(server.pid) - before) / clients
  await many.release()
  await few.release()
  return bytes / 1024
}

export async function run({ short, repeat }) {
  const clients = short ? 200 : 5000
  const streams = places(clients)
  const kinds = {
    'before sign-in': { raw: 1 },
    'signed in, nothing open': {},
    'board and thread': { streams },
  }
  for (let turn = 0; turn < repeat; turn++)
    for (const [kind, extra] of Object.entries(kinds))
      await withServer(() => korsdrag.start({ place: {}, settings: SETTINGS }), async (server) => {
        const kb = await perConnection(server, clients, extra)
        record(`memory/connection/${kind}`, kb)
        say(`${kind}: ${kb.toFixed(2)} KB a connection`)
      })
  note('TLS is the proxy’s, not the server’s: there is no figure for a connection with TLS.')
  if (short) return
  await withServer(() => korsdrag.start({ place: {}, settings: SETTINGS }), async (server) => {
    const all = await hold({ ...server.drive, clients: 18000 })
    record('memory/connections', all.joined)
    record('memory/connections_mb', memoryOf(server.pid) / 2 ** 20)
    say(`${all.joined} connections, ${(memoryOf(server.pid) / 2 ** 20).toFixed(0)} MB`)
    await all.release()
  })
}

export function show() {
  return comparison('Memory of the server a connection', ['before sign-in', 'signed in, nothing open', 'board and thread'], [
    ['KB', (kind) => figure(`memory/connection/${kind}`)],
  ]) + comparison('Many connections to one process', ['signed in'], [['connections', () => figure('memory/connections')], ['MB', () => figure('memory/connections_mb')]])
}
