/** The time to the minute, so that 'för 4 minuter sedan' does not stand still. */
import { createSubscriber } from 'svelte/reactivity'

let now = Date.now()
const subscribe = createSubscriber((update) => {
  now = Date.now()
  const timer = setInterval(() => {
    now = Date.now()
    update()
  }, 30_000)
  return () => clearInterval(timer)
})

export const minute = {
  get now(): number {
    subscribe()
    return now
  },
}
