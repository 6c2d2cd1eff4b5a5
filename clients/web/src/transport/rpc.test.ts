import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeServer, Refusal, settled } from '../sync/testing'
import { NoAnswer, RpcError } from './errors'
import { Rpc } from './rpc'

let server: FakeServer
beforeEach(() => {
  vi.useFakeTimers()
  server = new FakeServer()
})
afterEach(() => vi.useRealTimers())

function open(rpc = server.rpc()): Rpc {
  rpc.start()
  server.socket.onopen?.()
  return rpc
}

test('an answer finds the call that asked', async () => {
  const rpc = open()
  const first = rpc.call('space.list', {})
  const second = rpc.call('me.get', {})
  server.socket.say({ id: server.socket.of('space.list')[0]!.id, result: { spaces: [] } })
  await expect(first).resolves.toEqual({ spaces: [] })
  await expect(second).resolves.toMatchObject({ member: 'm1' })
})

test('an error carries its reason, field and pause', async () => {
  server.answers['space.list'] = () => new Refusal(-32029, { field: '/text', retryAfterMs: 40 })
  const error = await open().call('space.list', {}).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(RpcError)
  expect(error).toMatchObject({ reason: 'rate_limited', field: '/text', retryAfterMs: 40 })
})

test('a lost connection ends what waits, and is tried again after 0.5 s doubling to 20 s', async () => {
  const rpc = open()
  const call = rpc.call('space.list', {})
  server.socket.cut()
  await expect(call).rejects.toBeInstanceOf(NoAnswer)
  const waits: number[] = []
  for (let i = 0; i < 8; i++) {
    const before = server.sockets.length
    let waited = 0
    while (server.sockets.length === before) {
      vi.advanceTimersByTime(100)
      waited += 100
    }
    waits.push(waited)
    server.socket.cut()
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 20000, 20000])
})

test('back in sight or on line, it does not wait out the pause', () => {
  const rpc = open()
  server.socket.cut()
  expect(rpc.state).toBe('waiting')
  rpc.tryNow()
  expect(server.sockets).toHaveLength(2)
})

test('a network that is lost is given up at once and tried again; one that is back is not waited for', async () => {
  const rpc = open()
  const call = rpc.call('space.list', {})
  rpc.networkLost()
  await expect(call).rejects.toMatchObject({ why: 'disconnected' })
  expect(rpc.state).toBe('waiting')
  vi.advanceTimersByTime(500)
  expect(rpc.state).toBe('connecting')
  rpc.networkBack()
  expect(server.sockets).toHaveLength(3)
  server.socket.onopen?.()
  expect(rpc.state).toBe('open')
})

test('whoever is signed out stays so, whatever the network does', () => {
  const rpc = open()
  server.socket.cut(4401)
  rpc.networkLost()
  rpc.networkBack()
  expect(rpc.state).toBe('signed_out')
})

test('4401 means signed out, and is not tried again', () => {
  const rpc = open()
  server.socket.cut(4401)
  vi.advanceTimersByTime(60_000)
  expect(rpc.state).toBe('signed_out')
  expect(server.sockets).toHaveLength(1)
})

test('handshakes refused by a server that is well mean signed out', async () => {
  const rpc = new Rpc({ connect: server.connect, isServerWell: async () => true, random: () => 1 })
  rpc.start()
  server.socket.cut()
  vi.advanceTimersByTime(500)
  server.socket.cut()
  await settled()
  expect(rpc.state).toBe('signed_out')
})

test('a server that is not well is waited for', async () => {
  const rpc = new Rpc({ connect: server.connect, isServerWell: async () => false, random: () => 1 })
  rpc.start()
  server.socket.cut()
  vi.advanceTimersByTime(500)
  server.socket.cut()
  await settled()
  expect(rpc.state).toBe('waiting')
})

test('a connection that died unheard is given up when a deadline passes', async () => {
  const rpc = open()
  const call = rpc.call('space.list', {}, 1_000)
  vi.advanceTimersByTime(1_001)
  await expect(call).rejects.toMatchObject({ why: 'deadline' })
  expect(rpc.state).toBe('waiting')
})

test('nothing is sent without a connection', async () => {
  const rpc = server.rpc()
  rpc.notify('presence.set', { stream: 'board:b' })
  await expect(rpc.call('me.get', {})).rejects.toBeInstanceOf(NoAnswer)
})
