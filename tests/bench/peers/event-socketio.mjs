// socket.io over WebSocket alone: what one says, all hear.
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const [port] = process.argv.slice(2)
const http = createServer()
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false, connectTimeout: 60000 })

io.on('connection', (socket) => socket.on('e', (event) => io.emit('e', event)))
http.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 })
