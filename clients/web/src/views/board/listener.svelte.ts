/* listener.svelte.ts - the polite log: at most one line each three seconds, summed, and quiet when asked to be. */
import { sum, type Heard } from './log'

const EVERY_MS = 3_000
/** The last one is read; more would push the list about. */
const KEPT = 1
const MUTED = 'korsdrag:board-muted'

export class Listener {
  lines = $state.raw<readonly { id: number; text: string }[]>([])
  isMuted = $state(isKept())
  #heard: Heard[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #saidAt = 0
  #count = 0

  hear(heard: Heard): void {
    if (this.isMuted) return
    this.#heard.push(heard)
    this.#timer ??= setTimeout(() => this.#say(), Math.max(250, this.#saidAt + EVERY_MS - Date.now()))
  }

  mute(isMuted: boolean): void {
    this.isMuted = isMuted
    if (isMuted) {
      this.#heard = []
      this.lines = []
    }
    try {
      if (isMuted) localStorage.setItem(MUTED, '1')
      else localStorage.removeItem(MUTED)
    } catch {
      // remembered for as long as the page lives
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #say(): void {
    this.#timer = undefined
    this.#saidAt = Date.now()
    if (this.#heard.length > 0) this.lines = [...this.lines, { id: ++this.#count, text: sum(this.#heard) }].slice(-KEPT)
    this.#heard = []
  }
}

function isKept(): boolean {
  try {
    return localStorage.getItem(MUTED) !== null
  } catch {
    return false
  }
}
