import { setTimeout as pause } from 'node:timers/promises'

/** Tries until it no longer throws, and gives what it gave; after `ms` the last error stands. */
export async function eventually(work, ms = 10_000) {
  const until = Date.now() + ms
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(50)
    }
  }
}
