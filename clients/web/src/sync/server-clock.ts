/* server-clock.ts - the server's time, whatever the clock of this computer says.
 *
 * Halfway between question and answer it was the time that the server tells, give or take half the way. From there on we count
 * by the page's own running time, which nobody sets. */
export interface ClockWorld {
  /** Asks the server; ms since 1970. */
  ask: () => Promise<number>
  /** ms that only go forward. */
  elapsed: () => number
}

const TRIES = 3
/** An answer that came this quickly needs no better. */
const GOOD_MS = 40

export class ServerClock {
  readonly #world: ClockWorld
  #offset: number | undefined
  #measuring: Promise<void> | undefined

  constructor(world: ClockWorld) {
    this.#world = world
  }

  /** ms since 1970; undefined until the server has been asked. */
  get now(): number | undefined {
    return this.#offset === undefined ? undefined : this.#world.elapsed() + this.#offset
  }

  /** Asks anew: at first, after a new connection, when a computer has slept. Those who ask at once ask together. */
  measure(): Promise<void> {
    this.#measuring ??= this.#take().finally(() => (this.#measuring = undefined))
    return this.#measuring
  }

  async #take(): Promise<void> {
    let least = Infinity
    for (let tries = 0; tries < TRIES && least > GOOD_MS; tries++) {
      const from = this.#world.elapsed()
      const told = await this.#world.ask().catch(() => undefined)
      if (told === undefined) return // the next connection asks
      const to = this.#world.elapsed()
      if (to - from >= least) continue
      least = to - from
      this.#offset = told - (from + to) / 2
    }
  }
}
