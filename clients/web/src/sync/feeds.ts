/* feeds.ts - lists that are queries: asked for, kept, and asked for again when the server hints that they changed. */
import type { MethodName, Notice, Params, Result, Topic } from '../protocol'
import { isWorthRepeating } from '../transport/errors'
import type { Rpc } from '../transport/rpc'
import { Signal } from './signal'

const AGAIN_MS = 2_000
const KEPT = 60

/** An answer that stays fresh for as long as somebody looks at it. */
export class Query<M extends MethodName> {
  readonly #changed = new Signal()
  #data: Result<M> | undefined
  #error: Error | undefined
  #isAsking = false
  #isStale = true
  #timer: ReturnType<typeof setTimeout> | undefined
  viewers = 0

  constructor(
    readonly method: M,
    readonly params: Params<M>,
    readonly topics: readonly Topic[],
    readonly rpc: Rpc,
  ) {}

  get data(): Result<M> | undefined {
    this.#changed.track()
    return this.#data
  }

  /** Why there is no answer; an older answer may still stand in `data`. */
  get error(): Error | undefined {
    this.#changed.track()
    return this.#error
  }

  get isAsking(): boolean {
    this.#changed.track()
    return this.#isAsking
  }

  onChange(listener: () => void): () => void {
    return this.#changed.listen(listener)
  }

  /** Asks again now if somebody looks, and otherwise when somebody does. */
  refresh(): void {
    this.#isStale = true
    if (this.viewers > 0) void this.ask()
  }

  async ask(): Promise<void> {
    if (this.#isAsking || !this.#isStale || this.rpc.state !== 'open') return
    clearTimeout(this.#timer)
    this.#isAsking = true
    this.#isStale = false
    this.#changed.emit()
    try {
      this.#data = await this.rpc.call(this.method, this.params)
      this.#error = undefined
    } catch (error) {
      this.#isStale = true
      this.#error = error as Error
      if (isWorthRepeating(error) && this.viewers > 0) this.#timer = setTimeout(() => void this.ask(), AGAIN_MS)
    }
    this.#isAsking = false
    this.#changed.emit()
    if (this.#isStale && !this.#error && this.viewers > 0) void this.ask() // a hint came meanwhile
  }
}

export class Feeds {
  readonly #rpc: Rpc
  #queries = new Map<string, Query<MethodName>>()
  #watched = ''
  #isWatchDue = false

  constructor(rpc: Rpc) {
    this.#rpc = rpc
    rpc.onNotice('hint', (hint) => this.#hinted(hint))
  }

  /** The query with these parameters; the same one for all who ask. Give it back with release(). */
  take<M extends MethodName>(method: M, params: Params<M>, topics: readonly Topic[] = []): Query<M> {
    const key = JSON.stringify([method, params])
    const known = this.#queries.get(key)
    const query = known ?? (new Query(method, params, topics, this.#rpc) as unknown as Query<MethodName>)
    this.#queries.delete(key)
    this.#queries.set(key, query) // the last used are kept the longest
    query.viewers++
    this.#forget()
    this.#watch()
    void query.ask()
    return query as unknown as Query<M>
  }

  release(query: Query<MethodName>): void {
    query.viewers--
    // What nobody hears hints for is old when somebody looks again.
    if (query.viewers === 0) query.refresh()
    this.#watch()
  }

  /** After a lost connection: whatever is looked at may have changed. */
  connected(): void {
    this.#watched = ''
    this.#watch()
    this.refresh()
  }

  /** Everything, or what one's own change has touched. */
  refresh(isMeant: (query: { method: MethodName; topics: readonly Topic[] }) => boolean = () => true): void {
    for (const query of this.#queries.values()) if (isMeant(query)) query.refresh()
  }

  wipe(): void {
    for (const [key, query] of this.#queries) if (query.viewers === 0) this.#queries.delete(key)
  }

  /** Once for all that is shown or gone in one go. */
  #watch(): void {
    if (this.#isWatchDue) return
    this.#isWatchDue = true
    queueMicrotask(() => {
      this.#isWatchDue = false
      this.#watchNow()
    })
  }

  #watchNow(): void {
    const topics = new Set<Topic>()
    for (const query of this.#queries.values()) if (query.viewers > 0) query.topics.forEach((topic) => topics.add(topic))
    const wanted = [...topics].sort()
    if (this.#rpc.state !== 'open' || wanted.join() === this.#watched) return
    this.#watched = wanted.join()
    this.#rpc.call('feed.watch', { topics: wanted }).catch(() => (this.#watched = ''))
  }

  #hinted(hint: Notice<'hint'>): void {
    this.refresh((query) => query.topics.some((topic) => hint.topics.includes(topic)))
  }

  #forget(): void {
    for (const [key, query] of this.#queries) {
      if (this.#queries.size <= KEPT) return
      if (query.viewers === 0) this.#queries.delete(key)
    }
  }
}
