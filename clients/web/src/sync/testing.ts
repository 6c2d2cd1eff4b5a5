/* testing.ts - a scripted server at the other end of a socket, for unit tests. */
import type { MethodName } from '../protocol'
import { Rpc, type Socket } from '../transport/rpc'

interface Asked {
  id?: number
  method: MethodName
  params: Record<string, unknown>
}

export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  onerror: Socket['onerror'] = null
  asked: Asked[] = []
  isClosed = false

  constructor(readonly server: FakeServer) {}

  send(text: string): void {
    const message = JSON.parse(text) as Asked
    this.asked.push(message)
    if (message.id === undefined) return
    const answer = this.server.answers[message.method]
    if (answer) queueMicrotask(() => this.answer(message, answer(message.params)))
  }

  close(): void {
    this.isClosed = true
  }

  /** Cut from the server's side, or by the network. */
  cut(code = 1006): void {
    this.isClosed = true
    this.onclose?.({ code })
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: '2.0', ...message }) })
  }

  notice(method: string, params: object): void {
    this.say({ method, params })
  }

  answer(to: Asked, result: unknown): void {
    if (result === undefined || this.isClosed) return // no answer
    this.say(result instanceof Refusal ? { id: to.id, error: { code: result.code, message: 'no', data: result.data } } : { id: to.id, result })
  }

  of(method: MethodName): Asked[] {
    return this.asked.filter((one) => one.method === method)
  }
}

export class Refusal {
  constructor(
    readonly code: number,
    readonly data: object = {},
  ) {}
}

export const me = {
  member: 'm1',
  name: 'Amira Holm',
  mail: 'a@example.se',
  organisation: { id: 'o1', short: 'FK', name: 'Fastighetskontoret' },
  title: '',
  about: '',
  helps_with: '',
  locale: 'sv',
  theme: 'system',
  is_administrator: false,
  cohorts: [],
  grants: [],
  session: 's1',
}

/** Answers by method; a method without an answer is left hanging. */
export class FakeServer {
  sockets: FakeSocket[] = []
  answers: Partial<Record<MethodName, (params: Record<string, unknown>) => unknown>> = {
    'me.get': () => me,
    'feed.watch': () => ({}),
    'stream.close': () => ({}),
  }

  readonly connect = (): Socket => {
    const socket = new FakeSocket(this)
    this.sockets.push(socket)
    return socket
  }

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1]!
  }

  rpc(): Rpc {
    return new Rpc({ connect: this.connect, random: () => 1 })
  }
}

/** Lets everything that waits only for promises happen. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}
