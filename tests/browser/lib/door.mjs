/* door.mjs - a TCP forwarder in front of the nodes, with a cable that can be pulled. */
import { connect, createServer } from 'node:net'

/** What the browser client asks to hear whether it has a connection; a page and its files are anything else. */
const LIVE = /^GET \/(ws|health|ready)\b/

export class Door {
  #state = 'open'
  #sockets = new Set()

  constructor(port, nodes) {
    this.port = port
    this.nodes = nodes // in the order they are tried
    this.server = createServer((client) => this.#forward(client, 0))
  }

  #forward(client, choice) {
    const node = this.nodes[choice]
    if (this.#state === 'cut' || !node) return client.destroy()
    const upstream = connect(node.port, '127.0.0.1')
    let isOpen = false
    client.on('error', () => upstream.destroy())
    client.on('close', () => {
      this.#sockets.delete(client)
      upstream.destroy()
    })
    upstream.once('connect', () => {
      isOpen = true
      this.#sockets.add(client)
      client.on('data', (bytes) => this.#state === 'pages' && LIVE.test(bytes.subarray(0, 20).toString('latin1')) && client.destroy())
      client.pipe(upstream).pipe(client)
    })
    upstream.on('error', () => (isOpen ? client.destroy() : this.#forward(client, choice + 1)))
    upstream.on('close', () => isOpen && client.destroy())
  }

  listen() {
    return new Promise((done) => this.server.listen(this.port, '127.0.0.1', done))
  }

  /** The cable is pulled: open connections end, and new ones fail until mend(). */
  cut() {
    this.#state = 'cut'
    for (const socket of this.#sockets) socket.destroy()
  }

  /** A page can be loaded, as from the browser's cache, but it hears nothing from the server. */
  cutToPages() {
    this.cut()
    this.#state = 'pages'
  }

  mend() {
    this.#state = 'open'
  }

  close() {
    this.cut()
    return new Promise((done) => this.server.close(done))
  }
}
