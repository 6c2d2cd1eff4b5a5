// Calls to Korsdrag one by one, for what is not a matter of speed.
import WebSocket from 'ws'

export async function caller(url, token) {
  const socket = new WebSocket(url, 'korsdrag.v1', { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false })
  const waiting = new Map()
  let serial = 0
  socket.on('message', (data) => {
    const { id, result, error } = JSON.parse(data)
    const done = waiting.get(id)
    if (done) waiting.delete(id), done(error ? Promise.reject(new Error(JSON.stringify(error))) : result)
  })
  await new Promise((done, failed) => socket.once('open', done).once('error', failed))
  return {
    call: (method, params) => new Promise((done) => {
      waiting.set(++serial, done)
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: serial, method, params }))
    }),
    close: () => socket.close(),
  }
}

/** A fresh UUIDv7. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(Date.now()) << 16n) | 0x7000n | BigInt(bytes[7]))
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
