// A NATS server on loopback, as Debian ships it.
import { freePort, listening, start, stop } from './place.mjs'

export async function startNats() {
  const port = await freePort()
  const server = start('nats', ['nats-server', '-a', '127.0.0.1', '-p', String(port)], { core: null })
  await listening(server, port)
  return { pid: server.pid, setting: `bus.servers = nats://127.0.0.1:${port}`, stop: () => stop(server) }
}
