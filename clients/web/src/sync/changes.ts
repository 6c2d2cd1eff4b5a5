/* changes.ts - one's own changes on their way to the server.
 *
 * A change is kept (here and in the outbox) until the server has answered it. It is sent when there is a
 * connection, with the same op as often as it takes; changes to the same thing leave in the order they were
 * made. Nothing is lost by a lost connection or a reload, and nothing is doubled because of the op. */
import type { ChangeName, ChangeParams, Params, Result } from '../protocol'
import { newId } from '../protocol/id'
import { isWorthRepeating, RpcError } from '../transport/errors'
import type { Rpc } from '../transport/rpc'
import { subjectsOf, type Change } from './kind'
import type { Outbox } from './outbox'
import { Signal } from './signal'

/** A change that was made. `done` fails with RpcError when the server refuses it, and only then. */
export interface Made<M extends ChangeName> {
  readonly op: string
  readonly done: Promise<Result<M>>
}

/** A change that the server refused: it is not shown any more, but what was written is not thrown away. */
export interface Rejected {
  readonly change: Change
  readonly error: RpcError
  /** What had been written, if anything. */
  readonly text?: string
}

interface Entry {
  readonly change: Change
  readonly subjects: readonly string[]
  readonly mentions: ReadonlySet<unknown>
  readonly resolve: (result: never) => void
  readonly reject: (error: RpcError) => void
  isSent: boolean
  tries: number
}

export interface ChangesOptions {
  rpc: Rpc
  outbox: Outbox
  /** The server has accepted it, as event `seq` of its stream. */
  onAnswered: (change: Change, seq: number | undefined) => void
  /** It is refused, and to be shown no more. */
  onRejected: (change: Change) => void
}

const AT_ONCE = 16
const FIRST_PAUSE_MS = 300
const LONGEST_PAUSE_MS = 10_000
/** An internal error may pass; one that does not must not hold up what comes after it for ever. */
const INTERNAL_TRIES = 3

export class Changes {
  /** Emits when `waiting` or `rejected` change. */
  readonly changed = new Signal()
  readonly #options: ChangesOptions
  #entries: Entry[] = []
  #rejected: readonly Rejected[] = []
  #pausedUntil = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #isHeld = true

  constructor(options: ChangesOptions) {
    this.#options = options
    options.rpc.onState((state) => {
      if (state !== 'open') this.hold()
    })
  }

  /** Those that the server has not answered, oldest first. */
  get waiting(): readonly Change[] {
    this.changed.track()
    return this.#entries.map((entry) => entry.change)
  }

  get rejected(): readonly Rejected[] {
    this.changed.track()
    return this.#rejected
  }

  dismiss(rejected: Rejected): void {
    this.#rejected = this.#rejected.filter((one) => one !== rejected)
    this.changed.emit()
  }

  make<M extends ChangeName>(method: M, params: ChangeParams<M>): { change: Change } & Made<M> {
    const change = { op: newId(), method, params, at: Date.now() } as unknown as Change
    const done = this.#add(change) as Promise<Result<M>>
    void this.#options.outbox.put(change)
    this.#send()
    return { change, op: change.op, done }
  }

  /** Takes over what an earlier page left in the outbox, ahead of what was made since. */
  restore(changes: readonly Change[]): readonly Change[] {
    const known = new Set(this.#entries.map((entry) => entry.change.op))
    const news = changes.filter((change) => !known.has(change.op))
    for (const change of news) this.#add(change).catch(() => {})
    this.#entries.sort((a, b) => (a.change.op < b.change.op ? -1 : 1)) // UUIDv7: in the order they were made
    this.#send()
    return news
  }

  /** Sends nothing more until release(): we do not know whom the server takes us for. */
  hold(): void {
    this.#isHeld = true
    clearTimeout(this.#timer)
  }

  release(): void {
    this.#isHeld = false
    this.#pausedUntil = 0
    this.#send()
  }

  /** Forgets everything, as at sign-out. */
  async wipe(): Promise<void> {
    this.hold()
    this.#entries = []
    this.#rejected = []
    this.changed.emit()
    await this.#options.outbox.wipe()
  }

  #add(change: Change): Promise<never> {
    const promise = new Promise<never>((resolve, reject) => {
      this.#entries.push({
        change,
        subjects: subjectsOf(change.method, change.params),
        mentions: new Set(Object.values(change.params)),
        resolve: resolve as Entry['resolve'],
        reject,
        isSent: false,
        tries: 0,
      })
    })
    promise.catch(() => {}) // refusals are shown by way of `rejected`; who wants to know more asks `done`
    this.changed.emit()
    return promise
  }

  #send(): void {
    if (this.#isHeld || Date.now() < this.#pausedUntil) return
    let onTheirWay = this.#entries.filter((entry) => entry.isSent).length
    const ahead: Entry[] = []
    for (const entry of this.#entries) {
      if (onTheirWay >= AT_ONCE) return
      const mayGo = !entry.isSent && !ahead.some((one) => one.subjects.some((id) => entry.mentions.has(id)))
      ahead.push(entry)
      if (!mayGo) continue
      onTheirWay++
      void this.#sendOne(entry)
    }
  }

  async #sendOne(entry: Entry): Promise<void> {
    const { op, method, params } = entry.change
    entry.isSent = true
    entry.tries++
    try {
      const result = await this.#options.rpc.call(method, { ...params, op } as Params<typeof method>)
      this.#settle(entry)
      this.#options.onAnswered(entry.change, 'seq' in result ? result.seq : undefined)
      entry.resolve(result as never)
    } catch (error) {
      entry.isSent = false
      if (!this.#entries.includes(entry)) return // wiped meanwhile
      const mayPass = error instanceof RpcError && error.reason === 'internal' && entry.tries < INTERNAL_TRIES
      if (isWorthRepeating(error) || mayPass) return this.#pause(entry, error)
      this.#refused(entry, error instanceof RpcError ? error : new RpcError(-32603, String(error)))
    }
    this.#send()
  }

  #pause(entry: Entry, error: unknown): void {
    if (this.#isHeld) return // the next connection begins anew
    const asked = error instanceof RpcError ? error.retryAfterMs : undefined
    const pause = asked ?? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(entry.tries - 1, 10))
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + pause)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#send(), this.#pausedUntil - Date.now())
  }

  #refused(entry: Entry, error: RpcError): void {
    const written = (entry.change.params as { text?: unknown }).text
    const text = typeof written === 'string' && written.trim() !== '' ? written : undefined
    this.#rejected = [...this.#rejected, { change: entry.change, error, text }]
    this.#settle(entry)
    this.#options.onRejected(entry.change)
    entry.reject(error)
  }

  #settle(entry: Entry): void {
    this.#entries = this.#entries.filter((one) => one !== entry)
    void this.#options.outbox.remove(entry.change.op)
    this.changed.emit()
  }
}
