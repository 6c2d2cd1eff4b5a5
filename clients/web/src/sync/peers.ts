import type { Present } from '../protocol'

/** One of the six colours of people (--peer-1 … --peer-6): white text is readable on each. */
export type PeerColour = 1 | 2 | 3 | 4 | 5 | 6

/** Somebody who is here, by connection: one person may have several. */
export type Peer = Present & { colour: PeerColour }

/** The same person has the same colour everywhere, on every screen. */
export function colourOf(member: string): PeerColour {
  let hash = 0
  for (let i = 0; i < member.length; i++) hash = (hash * 31 + member.charCodeAt(i)) >>> 0
  return ((hash % 6) + 1) as PeerColour
}

/** Each person once, however many windows they have open. */
export function peopleOf(peers: readonly Peer[]): Peer[] {
  return [...new Map(peers.map((peer) => [peer.member, peer])).values()]
}
