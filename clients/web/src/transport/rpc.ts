/* rpc.ts - one WebSocket to the server, JSON-RPC 2.0 over it.
 *
 * Knows requests, deadlines and reconnecting; knows nothing of streams or of what calls mean. A call that is
 * made while there is no connection fails at once: what should wait for a connection is sync's business. */
import type { MethodName, Notice, NoticeName, Params, Result } from '../protocol'
import { codes, NoAnswer, RpcError } from './errors'

export type RpcState =
  | 'idle' // not asked to connect
  | 'connecting'
  | 'open'
  | 'waiting' // for the next try
  | 'signed_out' // the server does not know us; only start() tries again

/** The part of a WebSocket that is used, so that tests can script one. */
export interface Socket {
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  onerror: (() => void) | null
  send(text: string): void
  close(code?: number): void
}

export interface RpcOptions {
  connect: () => Socket
  /** Whether the server answers at all. A handshake refused by a server that is well means: signed out. */
  isServerWell?: () => Promise<boolean>
  random?: () => number
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 20_000
const DEADLINE_MS = 15_000
const CONNECT_DEADLINE_MS = 10_000
const QUIET_MS = 30_000
const CLOSE_SIGNED_OUT = 4401
const CLOSE_DRAINING = 1001
const REFUSED_HANDSHAKES = 2

interface Waiting {
  resolve: (result: never) => void
  reject: (error: Error) => void
  timer: ReturnType<typeof setTimeout>
}

export class Rpc {
  state: RpcState = 'idle'
  readonly #options: RpcOptions
  readonly #random: () => number
  #socket: Socket | undefined
  #waiting = new Map<number, Waiting>()
  #nextId = 1
  #failures = 0
  #refused = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #pulse: ReturnType<typeof setInterval> | undefined
  #heardAt = 0
  #stateListeners = new Set<(state: RpcState) => void>()
  #noticeListeners = new Map<NoticeName, Set<(notice: never) => void>>()

  constructor(options: RpcOptions) {
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  start(): void {
    if (this.state === 'open' || this.state === 'connecting') return
    this.#failures = 0
    this.#refused = 0
    this.#connect()
  }

  stop(state: 'idle' | 'signed_out' = 'idle'): void {
    clearTimeout(this.#timer)
    this.#dropSocket(state === 'signed_out' ? 'signed_out' : 'disconnected')
    this.#setState(state)
  }

  /** Somebody asks for it, or the page came to sight: no reason to wait out the pause, nor to trust a
   * connection that may have died unheard. */
  tryNow(): void {
    if (this.state === 'open') return this.#ask(5_000)
    if (this.state !== 'waiting') return
    clearTimeout(this.#timer)
    this.#connect()
  }

  /** The browser has lost its network. That is a hint, not the truth (a server on the same machine still answers), so
   * what there was is given up and the next try tells. */
  networkLost(): void {
    if (this.state !== 'open' && this.state !== 'connecting') return
    clearTimeout(this.#timer)
    this.#dropSocket('disconnected')
    this.#failures = 0
    this.#wait(false)
  }

  /** The network is back: a try that was begun without it would wait for nothing. */
  networkBack(): void {
    if (this.state !== 'connecting') return this.tryNow()
    clearTimeout(this.#timer)
    this.#dropSocket('disconnected')
    this.#connect()
  }

  /** Fails with RpcError when the server says no, and with NoAnswer when it says nothing. */
  call<M extends MethodName>(method: M, params: Params<M>, deadlineMs: number = DEADLINE_MS): Promise<Result<M>> {
    const socket = this.#socket
    if (this.state !== 'open' || !socket)
      return Promise.reject(new NoAnswer(this.state === 'signed_out' ? 'signed_out' : 'disconnected'))
    const id = this.#nextId++
    return new Promise<Result<M>>((resolve, reject) => {
      const sentAt = Date.now()
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new NoAnswer('deadline'))
        if (this.#socket === socket && this.#heardAt <= sentAt) this.#closed(socket, 1006, true) // dead, and nobody said so
      }, deadlineMs)
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, timer })
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  /** A message that asks for no answer; lost without trace when there is no connection. */
  notify<M extends MethodName>(method: M, params: Params<M>): void {
    if (this.state === 'open') this.#socket?.send(JSON.stringify({ jsonrpc: '2.0', method, params }))
  }

  onState(listener: (state: RpcState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  onNotice<N extends NoticeName>(name: N, listener: (notice: Notice<N>) => void): () => void {
    const listeners = this.#noticeListeners.get(name) ?? new Set()
    this.#noticeListeners.set(name, listeners)
    listeners.add(listener as (notice: never) => void)
    return () => listeners.delete(listener as (notice: never) => void)
  }

  #setState(state: RpcState): void {
    if (state === this.state) return
    this.state = state
    for (const listener of [...this.#stateListeners]) listener(state)
  }

  /** Browsers do not show the server's pings: after a while without a word we ask for one. Closing a stream
   * that is not open is the cheapest question there is. */
  #ask(deadlineMs: number): void {
    this.call('stream.close', { stream: 'thread:00000000-0000-7000-8000-000000000000' }, deadlineMs).catch(() => {})
  }

  #connect(): void {
    this.#setState('connecting')
    const socket = this.#options.connect()
    let wasOpen = false
    this.#socket = socket
    // A proxy may swallow the handshake without ever refusing it.
    this.#timer = setTimeout(() => {
      if (this.#socket === socket) socket.close()
      this.#closed(socket, 1006, false)
    }, CONNECT_DEADLINE_MS)
    socket.onopen = () => {
      if (this.#socket !== socket) return
      wasOpen = true
      clearTimeout(this.#timer)
      this.#refused = 0
      this.#heardAt = Date.now()
      clearInterval(this.#pulse)
      this.#pulse = setInterval(() => {
        if (Date.now() - this.#heardAt >= QUIET_MS) this.#ask(DEADLINE_MS)
      }, QUIET_MS / 2)
      this.#setState('open')
    }
    socket.onmessage = (event) => {
      if (this.#socket === socket && typeof event.data === 'string') this.#received(event.data)
    }
    socket.onerror = () => {} // the close that follows says all there is to say
    socket.onclose = (event) => this.#closed(socket, event.code, wasOpen)
  }

  #closed(socket: Socket, code: number, wasOpen: boolean): void {
    if (this.#socket !== socket) return
    clearTimeout(this.#timer)
    if (code === CLOSE_SIGNED_OUT) return this.stop('signed_out')
    this.#dropSocket('disconnected')
    if (!wasOpen) this.#refused++
    this.#wait(code === CLOSE_DRAINING && wasOpen)
    // Asked the second time, the fourth, the eighth …: a server that is down is not asked twice as often for it.
    const isTimeToAsk = this.#refused >= REFUSED_HANDSHAKES && (this.#refused & (this.#refused - 1)) === 0
    if (isTimeToAsk && this.#options.isServerWell) void this.#askWhetherSignedOut()
  }

  async #askWhetherSignedOut(): Promise<void> {
    const isWell = await this.#options.isServerWell?.().catch(() => false)
    if (isWell && this.state === 'waiting') this.stop('signed_out')
  }

  /** 0.5 s doubling to 20 s, anywhere between nothing and that, so that many clients do not come at once. */
  #wait(isMoved: boolean): void {
    const longest = isMoved ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures)
    this.#failures++
    this.#setState('waiting')
    this.#timer = setTimeout(() => this.#connect(), this.#random() * longest)
  }

  #dropSocket(why: NoAnswer['why']): void {
    const socket = this.#socket
    this.#socket = undefined
    clearInterval(this.#pulse)
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close()
    }
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const call of waiting) {
      clearTimeout(call.timer)
      call.reject(new NoAnswer(why))
    }
  }

  #received(text: string): void {
    this.#heardAt = Date.now()
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return // not ours to mend
    }
    for (const one of Array.isArray(message) ? message : [message]) this.#receivedOne(one as Incoming)
  }

  #receivedOne(message: Incoming): void {
    if (message.method !== undefined) {
      for (const listener of [...(this.#noticeListeners.get(message.method as NoticeName) ?? [])]) listener(message.params as never)
      return
    }
    const call = typeof message.id === 'number' ? this.#waiting.get(message.id) : undefined
    if (!call) return // its deadline has passed
    this.#waiting.delete(message.id as number)
    clearTimeout(call.timer)
    this.#failures = 0 // only a connection that answers counts as a good one
    if (message.error) {
      const { code, message: text, data } = message.error
      call.reject(new RpcError(code, text, data?.field, data?.retryAfterMs))
      if (code === codes.unauthenticated) this.stop('signed_out')
    } else call.resolve(message.result as never)
  }
}

interface Incoming {
  id?: number | string | null
  method?: string
  params?: unknown
  result?: unknown
  error?: { code: number; message: string; data?: { field?: string; retryAfterMs?: number } }
}
