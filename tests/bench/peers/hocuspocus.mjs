// Hocuspocus with Yjs: the board is a map of cards. It acknowledges an update when it has been applied in memory; a store hook
// would run two seconds later, and is left out, which is to its advantage. What its clients say is made here as well, because
// only yjs can write its updates: each client moves cards of its own, in the order in which it will send.
import { appendFileSync, writeFileSync } from 'node:fs'
import { Server } from '@hocuspocus/server'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { cardText } from './cards.mjs'

const [port, folder, cards, clients, ops] = process.argv.slice(2).map((value, i) => (i === 1 ? value : Number(value)))
const NAME = 'board'
const [SYNC, AUTH] = [0, 2]

const board = new Y.Doc()
board.transact(() => {
  for (let i = 0; i < cards; i++) {
    const card = new Y.Map(Object.entries({ x: i * 10, y: i, width: 160, height: 128, colour: 'kalk', text: cardText(i) }))
    board.getMap('cards').set(`c${i}`, card)
  }
})
const start = Y.encodeStateAsUpdate(board)

function message(write) {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, NAME)
  write(encoder)
  return encoding.toUint8Array(encoder)
}
const auth = message((e) => {
  encoding.writeVarUint(e, AUTH)
  encoding.writeVarUint(e, 0)
  encoding.writeVarString(e, '')
})
const ask = message((e) => {
  encoding.writeVarUint(e, SYNC)
  encoding.writeVarUint(e, 0)
  encoding.writeVarUint8Array(e, Y.encodeStateVector(new Y.Doc()))
})

function clientMessages(client) {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, start)
  const messages = [auth, ask]
  const mine = Array.from({ length: cards }, (_, i) => i).filter((i) => i % clients === client)
  doc.on('update', (update) =>
    messages.push(message((e) => {
      encoding.writeVarUint(e, SYNC)
      encoding.writeVarUint(e, 2)
      encoding.writeVarUint8Array(e, update)
    })))
  for (let n = 0; n < ops; n++) {
    const card = doc.getMap('cards').get(`c${mine[n % mine.length]}`)
    doc.transact(() => {
      card.set('x', client * 1000 + n)
      card.set('y', n)
    })
  }
  return messages
}

const uint32 = (value) => Buffer.from(Uint32Array.of(value).buffer)
const script = `${folder}/script`
writeFileSync(script, Buffer.concat([uint32(2), uint32(ops)]))
for (let client = 0; client < clients; client++)
  appendFileSync(script, Buffer.concat(clientMessages(client).flatMap((bytes) => [uint32(bytes.length), bytes])))

const server = new Server({
  port, address: '127.0.0.1', quiet: true,
  onLoadDocument: ({ document }) => Y.applyUpdate(document, start),
})
await server.listen()
