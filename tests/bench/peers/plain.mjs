// The server that a good engineer writes in an afternoon with ws and pg, and Korsdrag's nearest peer: what moves arrived while
// the last transaction was committing are committed together by one prepared statement, with fsync, and leave as one frame.
import pg from 'pg'
import { WebSocketServer } from 'ws'

const [port, , folder, database, cards] = process.argv.slice(2)
const client = new pg.Client({ host: folder, database, user: 'postgres' })
await client.connect()
await client.query(`
  DROP TABLE IF EXISTS event, card;
  CREATE TABLE card (id integer PRIMARY KEY, x integer NOT NULL, y integer NOT NULL);
  CREATE TABLE event (seq bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), by integer NOT NULL, n integer NOT NULL,
                      card integer NOT NULL, x integer NOT NULL, y integer NOT NULL);
  INSERT INTO card SELECT i, 0, 0 FROM generate_series(0, ${Number(cards)} - 1) i`)

// The last move of each card wins.
const store = {
  name: 'store',
  text: `WITH moved AS (
           INSERT INTO event (seq, by, n, card, x, y)
           SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::integer[]))
         UPDATE card c SET x = m.x, y = m.y
         FROM (SELECT DISTINCT ON (card) card, x, y
               FROM unnest($1::bigint[], $4::integer[], $5::integer[], $6::integer[]) AS t (seq, card, x, y) ORDER BY card, seq DESC) m
         WHERE c.id = m.card`,
}
const state = new Map(Array.from({ length: Number(cards) }, (_, id) => [id, { id, x: 0, y: 0 }]))
let seq = 0 // of the last event of which the state knows
let names = 0
let waiting = []
let isBusy = false

async function commit() {
  isBusy = true
  while (waiting.length > 0) {
    const events = waiting
    waiting = []
    events.forEach((event, i) => (event.seq = seq + 1 + i))
    const column = (key) => events.map((event) => event[key])
    // One statement is one transaction: BEGIN, COMMIT and the flush of the log are its own.
    await client.query({ ...store, values: [column('seq'), column('by'), column('n'), column('card'), column('x'), column('y')] })
    const frame = Buffer.from(`{"first":${seq + 1},"events":${JSON.stringify(events)}}`)
    for (const { card, x, y } of events) state.set(card, { id: card, x, y })
    seq += events.length
    for (const socket of server.clients) if (socket.readyState === 1) socket.send(frame, { binary: false })
  }
  isBusy = false
}

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 4096 })
server.on('connection', (socket) => {
  const by = ++names
  socket.on('error', () => socket.terminate())
  socket.on('message', (data) => {
    const { n, card, x, y } = JSON.parse(data)
    if (!state.has(card) || !Number.isInteger(n) || !Number.isInteger(x) || !Number.isInteger(y)) return socket.close(1008)
    waiting.push({ seq: 0, by, n, card, x, y })
    // What else has come in this turn goes along.
    if (!isBusy) {
      isBusy = true
      setImmediate(commit)
    }
  })
  socket.send(JSON.stringify({ you: by, seq, cards: [...state.values()] }))
})
