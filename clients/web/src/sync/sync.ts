/* sync.ts - knows the server and the store: what is open, what waits, who we are. See index.ts for how to use it. */
import type { ChangeName, ChangeParams, Me, MethodName, Notice, Params, Result, Topic } from '../protocol'
import { newId } from '../protocol/id'
import { isWorthRepeating, NoAnswer } from '../transport/errors'
import type { Rpc, RpcState } from '../transport/rpc'
import { Changes, type Made, type Rejected } from './changes'
import { Feeds, type Query } from './feeds'
import { streamOf, type Change, type StreamKind } from './kind'
import type { Outbox } from './outbox'
import { Signal } from './signal'
import { Stream, type Optimistic, type StreamWorld } from './stream'
import { History } from './undo'

/** The one quiet line of connection state is drawn from this. */
export interface Connection {
  /** `away`: nothing is lost, what is written waits. */
  readonly status: 'starting' | 'online' | 'away' | 'signed_out'
  /** Own changes that the server has not answered. */
  readonly waiting: number
}

const STREAMS_KEPT = 10
const TAKE_OVER_EVERY_MS = 20_000
const NOW_TRIES = 3

export class Sync {
  readonly #rpc: Rpc
  readonly #outbox: Outbox
  readonly #fetchSnapshot: StreamWorld['fetchSnapshot']
  readonly #changes: Changes
  readonly #feeds: Feeds
  readonly #changed = new Signal()
  #streams = new Map<string, Stream<unknown>>()
  #histories = new Map<string, History>()
  #orphans: Change[] = []
  #me: Me | undefined
  #status: Connection['status'] = 'starting'
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(rpc: Rpc, outbox: Outbox, fetchSnapshot?: StreamWorld['fetchSnapshot']) {
    this.#rpc = rpc
    this.#fetchSnapshot = fetchSnapshot
    this.#outbox = outbox
    this.#feeds = new Feeds(rpc)
    this.#changes = new Changes({
      rpc,
      outbox,
      onAnswered: (change, seq) => {
        this.#orphans = this.#orphans.filter((one) => one.op !== change.op)
        this.#streamOf(change)?.answered(change.op, seq)
        this.#touched(change.method)
      },
      onRejected: (change) => {
        this.#orphans = this.#orphans.filter((one) => one.op !== change.op)
        this.#streamOf(change)?.rejected(change.op)
      },
    })
    rpc.onState((state) => this.#connectionChanged(state))
    rpc.onNotice('stream.events', (notice) => this.#streams.get(notice.stream)?.receive(notice))
    rpc.onNotice('stream.closed', (notice) => this.#closed(notice))
    rpc.onNotice('presence.changed', (notice) => this.#streams.get(notice.stream)?.receivePresence(notice))
  }

  // --- who and whether ---

  /** Oneself; undefined until the server has said. */
  get me(): Me | undefined {
    this.#changed.track()
    return this.#me
  }

  get connection(): Connection {
    this.#changed.track()
    return { status: this.#status, waiting: this.#changes.waiting.length }
  }

  /** Own changes on their way, oldest first. */
  get waiting(): readonly Change[] {
    return this.#changes.waiting
  }

  /** What the server refused and nobody has dismissed yet. */
  get rejected(): readonly Rejected[] {
    return this.#changes.rejected
  }

  dismiss(rejected: Rejected): void {
    this.#changes.dismiss(rejected)
  }

  onChange(listener: () => void): () => void {
    return this.#changed.listen(listener)
  }

  start(): void {
    this.#status = 'starting'
    this.#changed.emit()
    this.#rpc.start()
    clearInterval(this.#timer)
    this.#timer = setInterval(() => void this.#takeOver(), TAKE_OVER_EVERY_MS)
  }

  /** Somebody asks for it, or the page is looked at again. */
  tryNow(): void {
    this.#rpc.tryNow()
  }

  /** What the browser says of its network. */
  networkIs(isThere: boolean): void {
    if (isThere) this.#rpc.networkBack()
    else this.#rpc.networkLost()
  }

  /** Everything of this member leaves this browser; the session itself is ended by the caller. */
  async forget(): Promise<void> {
    clearInterval(this.#timer)
    await this.#changes.wipe()
    this.#rpc.stop('signed_out')
    this.#streams.clear()
    this.#histories.clear()
    this.#feeds.wipe()
    this.#orphans = []
    this.#me = undefined
    this.#changed.emit()
  }

  // --- streams ---

  open<State>(name: string, kind: StreamKind<State>): Stream<State> {
    let stream = this.#streams.get(name) as Stream<State> | undefined
    if (!stream) {
      stream = new Stream(name, kind, { rpc: this.#rpc, me: () => this.#myself(), fetchSnapshot: this.#fetchSnapshot })
      const mine = this.#orphans.filter((change) => streamOf(change.method, change.params) === name)
      this.#orphans = this.#orphans.filter((change) => !mine.includes(change))
      for (const change of mine) stream.addPending(change)
    }
    this.#streams.delete(name)
    this.#streams.set(name, stream as Stream<unknown>)
    if (stream.viewers++ === 0 && this.#status === 'online') void stream.connect()
    this.#forgetOldStreams()
    return stream
  }

  /** Gives a stream back. What it holds is kept for a while, so that coming back shows it at once. */
  close<State>(stream: Stream<State>): void {
    if (--stream.viewers > 0) return
    stream.disconnected()
    if (this.#status === 'online') this.#rpc.call('stream.close', { stream: stream.name }).catch(() => {})
  }

  // --- changes ---

  change<M extends ChangeName, State = unknown>(method: M, params: ChangeParams<M>, optimistic?: Optimistic<State>): Made<M> {
    const { change, op, done } = this.#changes.make(method, params)
    const name = streamOf(method, params)
    const stream = name ? this.#streams.get(name) : undefined
    if (stream) stream.addPending(change, optimistic as Optimistic<unknown> | undefined)
    else if (name) this.#orphans.push(change)
    return { op, done }
  }

  /** For what must not wait: invitations, roles, moderation. Tried a few times with one op, then failed. */
  async now<M extends ChangeName>(method: M, params: ChangeParams<M>): Promise<Result<M>> {
    const op = newId()
    for (let tries = 1; ; tries++) {
      try {
        const result = await this.#rpc.call(method, { ...params, op } as unknown as Params<M>)
        this.#touched(method)
        return result
      } catch (error) {
        if (!isWorthRepeating(error) || tries >= NOW_TRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** tries))
      }
    }
  }

  /** A question whose answer is not kept: a preview, an older page. */
  ask<M extends Exclude<MethodName, ChangeName>>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#rpc.call(method, params)
  }

  history(stream: string): History {
    const known = this.#histories.get(stream)
    if (known) return known
    const history = new History((method, params, optimistic) => this.change(method, params, optimistic as never))
    this.#histories.set(stream, history)
    return history
  }

  // --- lists ---

  query<M extends MethodName>(method: M, params: Params<M>, topics: readonly Topic[] = []): Query<M> {
    return this.#feeds.take(method, params, topics)
  }

  release(query: Query<MethodName>): void {
    this.#feeds.release(query)
  }

  /** Asks again for oneself: after a role or a name has changed. */
  async refreshMe(): Promise<void> {
    this.#me = await this.#rpc.call('me.get', {})
    this.#changed.emit()
  }

  /** Our rights may have changed: not only who we are is asked again, but also every list that is looked at. */
  async refreshRights(): Promise<void> {
    this.#feeds.refresh()
    await this.refreshMe()
  }

  // --- inside ---

  #myself() {
    const me = this.#me
    return me && { id: me.member, name: me.name, organisation: me.organisation }
  }

  #streamOf(change: Change): Stream<unknown> | undefined {
    const name = streamOf(change.method, change.params)
    return name ? this.#streams.get(name) : undefined
  }

  #setStatus(status: Connection['status']): void {
    if (status === this.#status) return
    this.#status = status
    this.#changed.emit()
  }

  #connectionChanged(state: RpcState): void {
    if (state === 'open') return void this.#greet()
    if (this.#status === 'online') for (const stream of this.#streams.values()) stream.disconnected()
    if (state === 'signed_out') this.#setStatus('signed_out')
    else if (state === 'waiting' || this.#status === 'online') this.#setStatus('away')
  }

  /** A new connection: who am I, then what is looked at, then what waits, then the lists. */
  async #greet(): Promise<void> {
    try {
      const me = await this.#rpc.call('me.get', {})
      if (this.#me && this.#me.member !== me.member) await this.#changes.wipe()
      this.#me = me
    } catch (error) {
      if (error instanceof NoAnswer && error.why !== 'deadline') return // the next connection greets
      setTimeout(() => this.#rpc.state === 'open' && void this.#greet(), 2_000)
      return
    }
    this.#setStatus('online')
    for (const stream of this.#streams.values()) if (stream.viewers > 0) void stream.connect()
    this.#feeds.connected()
    await this.#outbox.belongTo(this.#me.member)
    await this.#takeOver()
    if (this.#rpc.state === 'open') this.#changes.release()
  }

  async #takeOver(): Promise<void> {
    if (!this.#me) return
    for (const change of this.#changes.restore(await this.#outbox.takeOver())) {
      const stream = this.#streamOf(change)
      if (stream) stream.addPending(change)
      else this.#orphans.push(change)
    }
  }

  #closed(notice: Notice<'stream.closed'>): void {
    this.#streams.get(notice.stream)?.closedByServer()
    this.#feeds.refresh()
  }

  /** One's own changes are not hinted at fast enough for the one who made them. */
  #touched(method: ChangeName): void {
    const noun = method.slice(0, method.indexOf('.'))
    const asked: Record<string, readonly string[]> = {
      thread: ['thread', 'space'],
      post: ['thread'],
      board: ['board', 'space'],
      space: ['space'],
      cohort: ['cohort', 'member'],
      organisation: ['organisation'],
      member: ['member', 'organisation', 'cohort'],
      role: ['member'],
      session: ['session'],
      token: ['session'],
    }
    const nouns = asked[noun] ?? []
    this.#feeds.refresh((query) => nouns.includes(query.method.slice(0, query.method.indexOf('.'))))
    if (noun === 'me') this.refreshMe().catch(() => {})
  }

  #forgetOldStreams(): void {
    for (const [name, stream] of this.#streams) {
      if (this.#streams.size <= STREAMS_KEPT) return
      if (stream.viewers === 0 && stream.pending.size === 0) this.#streams.delete(name)
    }
  }
}
