/* kind.ts - what sync must know of a kind of stream to keep it. The functions live in src/store/ and are pure. */
import type { ChangeName, ChangeParams, StreamEvent } from '../protocol'

/** A change as it waits for its answer. */
export type Change = {
  [M in ChangeName]: { readonly op: string; readonly method: M; readonly params: ChangeParams<M>; readonly at: number }
}[ChangeName]

/** Whose changes are foreseen. */
export interface Myself {
  id: string
  name: string
  organisation: { id: string; short: string; name: string }
}

export interface StreamKind<State> {
  readonly name: 'thread' | 'board' | 'space' | 'member' | 'network'
  /** What stream.open's snapshot says, and whether we may moderate what it is about. */
  fromSnapshot(snapshot: unknown, mayModerate: boolean): State
  /** A batch at once, so that a large state is copied once. Types of event that it does not know are passed over. */
  apply(state: State, events: readonly StreamEvent[]): State
  /** What a change will come to, shown until the server has said. For changes that were made without an
   * `optimistic` function, and for those found in the outbox after a reload. It is run again on top of
   * whatever arrives meanwhile, at times on a state that has the change already: it must then change nothing.
   * `state` is undefined until the stream's first answer; a change that makes the object may answer a state. */
  foresee?(state: State | undefined, change: Change, me: Myself): State | undefined
  /** The same for many, one after the other, so that a large state is copied once. */
  foreseeAll?(state: State, changes: readonly Change[], me: Myself): State
}

/** The stream a change shows on, by its method and parameters; undefined when it shows on none that we foresee. */
export function streamOf(method: ChangeName, params: object): string | undefined {
  const ids = params as { thread?: string; board?: string; space?: string }
  const noun = method.slice(0, method.indexOf('.'))
  if (noun === 'thread' || noun === 'post') return `thread:${ids.thread}`
  if (noun === 'board' || noun === 'section' || noun === 'card' || noun === 'vote') return `board:${ids.board}`
  if (method === 'space.create' || method === 'space.update') return `space:${ids.space}`
  return undefined
}

/** The things a change is about: one that mentions any of them must not overtake it. Posts keep their order
 * within the thread; cards of a board may be sent side by side. */
export function subjectsOf(method: ChangeName, params: object): string[] {
  const ids = params as Record<string, unknown>
  const noun = method.slice(0, method.indexOf('.'))
  const alike: Record<string, string[]> = { post: ['post', 'thread'], thread: ['thread', 'post'], vote: [method === 'vote.cast' ? 'card' : 'round'] }
  const names = alike[noun] ?? [noun]
  return names.map((name) => ids[name]).filter((id): id is string => typeof id === 'string')
}
