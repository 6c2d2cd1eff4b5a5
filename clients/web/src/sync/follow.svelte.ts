/* follow.svelte.ts - streams and lists for as long as a component shows them. */
import { untrack } from 'svelte'
import type { MethodName, Params, Topic } from '../protocol'
import type { Query } from './feeds'
import { sync } from './index'
import type { StreamKind } from './kind'
import type { Stream } from './stream'

/** The stream that `name` says, or none. Call while a component is set up. */
export function follow<State>(name: () => string | undefined, kind: StreamKind<State>): { readonly stream: Stream<State> | undefined } {
  let stream = $state.raw<Stream<State>>()
  const named = $derived(name()) // the same name again opens nothing anew
  $effect.pre(() => {
    const wanted = named
    const opened = wanted === undefined ? undefined : untrack(() => sync.open(wanted, kind))
    stream = opened
    if (opened) return () => sync.close(opened)
    return undefined
  })
  return {
    get stream() {
      return stream
    },
  }
}

/** The answer to a question, kept fresh. Call while a component is set up; undefined asks nothing. */
export function ask<M extends MethodName>(
  question: () => { method: M; params: Params<M>; topics?: readonly Topic[] } | undefined,
): { readonly data: Query<M>['data']; readonly error: Error | undefined; refresh(): void } {
  let query = $state.raw<Query<M>>()
  const key = $derived(JSON.stringify(question() ?? null)) // the same question again is not asked anew
  $effect.pre(() => {
    const wanted = key === 'null' ? undefined : untrack(question)
    const taken = wanted && untrack(() => sync.query(wanted.method, wanted.params, wanted.topics))
    query = taken
    if (taken) return () => sync.release(taken as unknown as Query<MethodName>)
    return undefined
  })
  return {
    get data() {
      return query?.data
    },
    get error() {
      return query?.error
    },
    refresh: () => query?.refresh(),
  }
}
