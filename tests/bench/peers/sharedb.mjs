// ShareDB in memory (the storage it comes with): each card is a json0 document, for with the whole board as one
// its writers would wait for one another.
import ShareDB from 'sharedb'
import { WebSocketServer } from 'ws'
import { Duplex } from 'node:stream'
import { cardText } from './cards.mjs'

const [port, , cards] = process.argv.slice(2)
const backend = new ShareDB()
const connection = backend.connect()
const make = (i) =>
  new Promise((done, failed) => {
    const card = { x: i * 10, y: i, width: 160, height: 128, colour: 'kalk', text: cardText(i) }
    connection.get('cards', `c${i}`).create(card, 'json0', (error) => (error ? failed(error) : done()))
  })
await Promise.all(Array.from({ length: Number(cards) }, (_, i) => make(i)))

/** What backend.listen wants, as @teamwork/websocket-json-stream is. */
function streamOf(socket) {
  const stream = new Duplex({
    objectMode: true,
    read() {},
    write(message, _, done) {
      if (socket.readyState === 1) socket.send(JSON.stringify(message))
      done()
    },
  })
  socket.on('message', (data) => stream.push(JSON.parse(data)))
  socket.on('close', () => stream.destroy())
  socket.on('error', () => socket.terminate())
  return stream
}

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 4096 })
server.on('connection', (socket) => backend.listen(streamOf(socket)))
