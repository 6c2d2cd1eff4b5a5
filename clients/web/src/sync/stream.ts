/* stream.ts - one stream as we know it: what the server confirmed, our own changes on top, who is here.
 *
 * Events arrive in order or not at all: a gap means that we ask again from the last one we know. What has been
 * seen already is passed over. Our own change comes back as an event like anyone's, and then leaves the pile
 * of those that are replayed; so there is one way into the confirmed state. */
import type { Notice, Present, PresenceState, Result, StreamEvent } from '../protocol'
import { NoAnswer, RpcError } from '../transport/errors'
import type { Rpc } from '../transport/rpc'
import type { Fetched } from '../transport/snapshot'
import type { Change, Myself, StreamKind } from './kind'
import { colourOf, type Peer } from './peers'
import { Signal } from './signal'

export type StreamStatus =
  | 'opening' // nothing to show yet
  | 'live'
  | 'behind' // what is shown may be old: no connection, or catching up
  | 'not_found' // or not for us: the server does not tell
  | 'closed' // it was ours to read, and is not any more
  | 'failed' // the server could not say what it holds

export type Optimistic<State> = (state: State) => State

interface Pending<State> {
  change: Change
  optimistic?: Optimistic<State>
  /** The server has accepted it as this event, which has not arrived yet. */
  seq?: number
}

export interface StreamWorld {
  rpc: Rpc
  /** Undefined until the server has said who we are. */
  me: () => Myself | undefined
  /** Gets a large snapshot by the address that the server names; absent: all come over the connection. */
  fetchSnapshot?: (url: string) => Promise<Fetched>
}

const PRESENCE_EVERY_MS = 66 // 15 a second
const OPEN_AGAIN_MS = 2_000

export class Stream<State> {
  readonly name: string
  readonly #kind: StreamKind<State>
  readonly #world: StreamWorld
  readonly #changed = new Signal()
  readonly #presenceChanged = new Signal()
  #status: StreamStatus = 'opening'
  #seq = 0
  #confirmed: State | undefined
  #pending: Pending<State>[] = []
  #visible: { state: State | undefined } | undefined
  #early: StreamEvent[] = []
  #asking = 0
  #present = new Map<string, Present>()
  #conn: string | undefined
  #said: PresenceState | undefined
  #saidAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #again: ReturnType<typeof setTimeout> | undefined
  #eventListeners = new Set<(events: readonly StreamEvent[]) => void>()
  /** How many look at it; kept by sync. */
  viewers = 0

  constructor(name: string, kind: StreamKind<State>, world: StreamWorld) {
    this.name = name
    this.#kind = kind
    this.#world = world
  }

  /** What people see: the confirmed state with their own unconfirmed changes on top. Undefined until known. */
  get state(): State | undefined {
    this.#changed.track()
    this.#visible ??= { state: this.#replay() }
    return this.#visible.state
  }

  get status(): StreamStatus {
    this.#changed.track()
    return this.#status
  }

  /** Number of the last event in the confirmed state. */
  get seq(): number {
    return this.#seq
  }

  /** Own changes that are shown but not confirmed, by op. */
  get pending(): ReadonlySet<string> {
    this.#changed.track()
    return new Set(this.#pending.map((one) => one.change.op))
  }

  /** The others who are here, each connection once. */
  get present(): readonly Peer[] {
    this.#presenceChanged.track()
    return [...this.#present.values()].map((one) => ({ ...one, colour: colourOf(one.member) }))
  }

  /** Says where one points, what one holds, whether one writes. The whole of it each time; sent at most 15
   * times a second, the newest wins, and again after a lost connection. */
  setPresence(state: PresenceState): void {
    this.#said = state
    if (this.#timer !== undefined) return
    const wait = this.#saidAt + PRESENCE_EVERY_MS - Date.now()
    if (wait <= 0) return this.#sayPresence()
    this.#timer = setTimeout(() => this.#sayPresence(), wait)
  }

  /** Hears each batch of confirmed events after it was applied, for announcements. Not those of a snapshot. */
  onEvents(listener: (events: readonly StreamEvent[]) => void): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  onChange(listener: () => void): () => void {
    return this.#changed.listen(listener)
  }

  // --- what follows is for sync ---

  /** Asks the server: from the last event we know, or for the whole. */
  async connect(): Promise<void> {
    clearTimeout(this.#again)
    const asking = ++this.#asking
    const since = this.#confirmed === undefined ? undefined : this.#seq
    try {
      const answer = await this.#ask(asking, since)
      if (asking === this.#asking) this.#opened(answer)
    } catch (error) {
      if (asking === this.#asking) this.#notOpened(error)
    }
  }

  disconnected(): void {
    this.#asking++
    this.#early = []
    clearTimeout(this.#again)
    this.#present.clear()
    this.#conn = undefined
    if (this.#status === 'live') this.#status = 'behind'
    this.#emit()
    this.#presenceChanged.emit()
  }

  receive(notice: Notice<'stream.events'>): void {
    const events = notice.events as unknown as StreamEvent[]
    if (this.#status !== 'live') {
      this.#early.push(...events) // the answer to our question is on its way
      return
    }
    this.#take(events)
  }

  closedByServer(): void {
    this.#asking++
    this.#confirmed = undefined
    this.#seq = 0
    this.#status = 'closed'
    this.#present.clear()
    this.#emit()
    this.#presenceChanged.emit()
  }

  receivePresence(notice: Notice<'presence.changed'>): void {
    for (const conn of notice.left) this.#present.delete(conn)
    for (const one of notice.present) if (one.conn !== this.#conn) this.#present.set(one.conn, one)
    this.#presenceChanged.emit()
  }

  addPending(change: Change, optimistic?: Optimistic<State>): void {
    if (this.#pending.some((one) => one.change.op === change.op)) return
    this.#pending.push({ change, optimistic })
    this.#emit()
  }

  answered(op: string, seq: number | undefined): void {
    const pending = this.#pending.find((one) => one.change.op === op)
    if (!pending) return
    pending.seq = seq
    if (seq === undefined || seq <= this.#seq || this.viewers === 0) this.#drop([op])
    // The stream may not have existed until now.
    if (this.#status === 'not_found' || this.#status === 'opening') void this.connect()
  }

  rejected(op: string): void {
    this.#drop([op])
  }

  // --- inside ---

  /** The answer, with the snapshot that it names. Events that come meanwhile wait. Should it not be had, the server is asked for it over
   * the connection. */
  async #ask(asking: number, since: number | undefined): Promise<Result<'stream.open'>> {
    const { rpc, fetchSnapshot } = this.#world
    const params = { stream: this.name, since } as { stream: string; since?: number }
    const answer = await rpc.call('stream.open', fetchSnapshot ? { ...params, fetch: true } : params)
    if (answer.snapshot_url === undefined || !fetchSnapshot || asking !== this.#asking) return answer
    try {
      const { seq, snapshot } = await fetchSnapshot(answer.snapshot_url)
      return { ...answer, seq: Math.max(seq, answer.seq), snapshot: snapshot as typeof answer.snapshot }
    } catch {
      return asking === this.#asking ? rpc.call('stream.open', params) : answer
    }
  }

  #opened(answer: Result<'stream.open'>): void {
    this.#conn = answer.conn
    const early = this.#early
    this.#early = []
    if (answer.snapshot !== undefined) {
      this.#confirmed = this.#kind.fromSnapshot(answer.snapshot, answer.may_moderate)
      this.#seq = answer.seq
    } else {
      this.#confirmed ??= this.#kind.fromSnapshot(undefined, answer.may_moderate)
      this.#apply((answer.events ?? []) as unknown as StreamEvent[])
      this.#seq = Math.max(this.#seq, answer.seq)
    }
    this.#status = 'live'
    this.#pending = this.#pending.filter((one) => one.seq === undefined || one.seq > this.#seq)
    this.#present = new Map((answer.present ?? []).filter((one) => one.conn !== answer.conn).map((one) => [one.conn, one]))
    if (early.length > 0) this.#take(early)
    this.#emit()
    this.#presenceChanged.emit()
    if (this.#said) this.#sayPresence()
  }

  #notOpened(error: unknown): void {
    if (error instanceof RpcError && ['not_found', 'forbidden', 'invalid'].includes(error.reason)) {
      this.#confirmed = undefined
      this.#seq = 0
      // What we are about to make is not there yet: its answer asks again.
      this.#status = this.#pending.length > 0 ? 'opening' : 'not_found'
      return this.#emit()
    }
    if (error instanceof NoAnswer && error.why !== 'deadline') return // the next connection asks again
    if (this.#confirmed === undefined) this.#status = 'failed'
    this.#again = setTimeout(() => void this.connect(), (error instanceof RpcError && error.retryAfterMs) || OPEN_AGAIN_MS)
    this.#emit()
  }

  #take(events: StreamEvent[]): void {
    const news = events.filter((event) => event.seq > this.#seq)
    if (news.length === 0) return
    const isGapless = news.every((event, i) => event.seq === this.#seq + 1 + i)
    if (!isGapless) {
      this.#status = 'behind'
      void this.connect()
      return this.#emit()
    }
    this.#apply(news)
    this.#emit()
  }

  #apply(events: StreamEvent[]): void {
    const news = events.filter((event) => event.seq > this.#seq)
    const last = news[news.length - 1]
    if (!last || this.#confirmed === undefined) return
    this.#confirmed = this.#kind.apply(this.#confirmed, news)
    this.#seq = last.seq
    // Gone only when all of its events are here: a change may come as several.
    const ops = new Set(news.map((event) => event.op))
    this.#pending = this.#pending.filter((one) => !ops.has(one.change.op) && !(one.seq !== undefined && one.seq <= this.#seq))
    this.#visible = undefined
    for (const listener of [...this.#eventListeners]) listener(news)
  }

  #drop(ops: readonly string[]): void {
    this.#pending = this.#pending.filter((one) => !ops.includes(one.change.op))
    if (this.#status === 'opening' && this.#pending.length === 0 && this.viewers > 0) void this.connect()
    this.#emit()
  }

  #replay(): State | undefined {
    const me = this.#world.me()
    if (me && this.#confirmed !== undefined && this.#kind.foreseeAll && !this.#pending.some((one) => one.optimistic)) {
      try {
        return this.#kind.foreseeAll(this.#confirmed, this.#pending.map((one) => one.change), me)
      } catch {
        // one of them cannot be shown: the others are, one by one
      }
    }
    return this.#pending.reduce<State | undefined>((state, { change, optimistic }) => {
      try {
        if (optimistic) return state === undefined ? state : optimistic(state)
        return me && this.#kind.foresee ? (this.#kind.foresee(state, change, me) ?? state) : state
      } catch {
        return state // what it was about is gone; the server will refuse it
      }
    }, this.#confirmed)
  }

  #sayPresence(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#saidAt = Date.now()
    if (this.#said && this.viewers > 0) this.#world.rpc.notify('presence.set', { stream: this.name, ...this.#said })
  }

  #emit(): void {
    this.#visible = undefined
    this.#changed.emit()
  }
}
