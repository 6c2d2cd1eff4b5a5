import { createSubscriber } from 'svelte/reactivity'

/** Lets plain classes be read by Svelte: a getter calls track(), a change calls emit(). Without Svelte around
 * it is a list of listeners. */
export class Signal {
  #listeners = new Set<() => void>()
  readonly track: () => void = createSubscriber((update) => this.listen(update))

  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
