// Bun, whose server is uWebSockets: what one says, all hear, by its own publish to a topic.
const [port] = process.argv.slice(2)

Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response('WebSocket only', { status: 426 })),
  websocket: {
    perMessageDeflate: false,
    publishToSelf: true,
    backpressureLimit: 64 << 20,
    idleTimeout: 0,
    open: (socket) => socket.subscribe('all'),
    message: (socket, text) => socket.publish('all', text),
  },
})
