/* seen.svelte.ts - how far one has read each thread, in this browser. */

interface Seen {
  /** What was written before is not new. */
  since: number
  threads: Record<string, number>
}

const KEY = 'korsdrag:seen'
const KEPT = 500

function read(): Seen {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    if (kept && typeof kept === 'object' && 'since' in kept && 'threads' in kept) return kept as Seen
  } catch {
    // begins anew
  }
  return { since: Date.now(), threads: {} }
}

let seen = $state.raw(read())

function keep(): void {
  const newest = Object.entries(seen.threads).sort((a, b) => b[1] - a[1])
  seen = { ...seen, threads: Object.fromEntries(newest.slice(0, KEPT)) }
  try {
    localStorage.setItem(KEY, JSON.stringify(seen))
  } catch {
    // known for as long as the page lives
  }
}

export function isNew(thread: { id: string; last_post_at: number }): boolean {
  return thread.last_post_at > (seen.threads[thread.id] ?? seen.since)
}

export function markSeen(thread: string, at: number): void {
  if ((seen.threads[thread] ?? 0) >= at) return
  seen = { ...seen, threads: { ...seen.threads, [thread]: at } }
  keep()
}
