/* others.svelte.ts - the others who are here: what they point at, hold and write on; and saying the same of us. */
import type { PresenceState } from '../../protocol'
import { peopleOf, type Peer } from '../../sync'
import type { Point } from '../../ui/canvas/camera'

/** A card in somebody's hand, and how far from its place it is shown. */
export interface Held {
  readonly peer: Peer
  readonly dx: number
  readonly dy: number
}

export class Others {
  peers = $state.raw<readonly Peer[]>([])
  held = $state.raw<ReadonlyMap<string, Held>>(new Map())
  writing = $state.raw<ReadonlyMap<string, Peer>>(new Map())
  readonly people = $derived(peopleOf(this.peers))
  /** Where each of them took hold, by connection and card: a held card moves with the cursor. */
  #grips = new Map<string, Point>()

  take(peers: readonly Peer[]): void {
    const held = new Map<string, Held>()
    const writing = new Map<string, Peer>()
    const grips = new Map<string, Point>()
    for (const peer of peers) {
      if (peer.editing !== undefined) writing.set(peer.editing, peer)
      for (const card of peer.held ?? []) {
        const grip = this.#grips.get(`${peer.conn} ${card}`) ?? peer.cursor
        if (grip) grips.set(`${peer.conn} ${card}`, grip)
        const at = peer.cursor ?? grip
        held.set(card, { peer, dx: at && grip ? at.x - grip.x : 0, dy: at && grip ? at.y - grip.y : 0 })
      }
    }
    this.#grips = grips
    this.peers = peers
    this.held = held
    this.writing = writing
  }
}

const HELD_EVERY_MS = 100

/** What we say of ourselves. The stream sends at most 15 a second; what is held is said at most 10 times. */
export class Said {
  #state: PresenceState = {}
  #saidAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(readonly say: (state: PresenceState) => void) {}

  change(given: PresenceState): void {
    const next = withoutAbsent({ ...this.#state, ...given })
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return
    const isTurn = (next.held === undefined) !== (this.#state.held === undefined)
    this.#state = next
    clearTimeout(this.#timer)
    const wait = next.held && !isTurn ? this.#saidAt + HELD_EVERY_MS - performance.now() : 0
    if (wait > 0) this.#timer = setTimeout(() => this.#say(), wait)
    else this.#say()
  }

  point(at: Point | undefined): void {
    this.change({ cursor: at && { x: Math.round(at.x), y: Math.round(at.y) } })
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #say(): void {
    this.#saidAt = performance.now()
    this.say(this.#state)
  }
}

/** Absent means left out: the wire knows no null. */
function withoutAbsent(state: PresenceState): PresenceState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined && value !== false))
}
