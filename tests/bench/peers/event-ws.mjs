// Node's ws: what one says, all hear, in the loop that its own documentation shows.
import { WebSocketServer } from 'ws'

const [port] = process.argv.slice(2)
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 4096 })

server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate())
  socket.on('message', (data) => {
    for (const client of server.clients) if (client.readyState === 1) client.send(data, { binary: false })
  })
})
