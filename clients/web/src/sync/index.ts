/* sync - the one door between what people see and the server.
 *
 * Views read and start actions; they never call the server themselves.
 *
 *     // In a component: opened when shown, closed when gone, again when the id changes.
 *     const followed = follow(() => `board:${boardId}`, boardKind)         // follow.svelte.ts
 *     followed.stream?.state      // State | undefined: what people see, own unconfirmed changes included
 *     followed.stream?.status     // 'opening' | 'live' | 'behind' | 'not_found' | 'closed' | 'failed'
 *     followed.stream?.present    // the others who are here: { conn, member, name, colour: 1…6, cursor?, held?, … }
 *     followed.stream?.setPresence({ cursor: { x, y }, held: [card] })     // the whole of it; throttled here
 *
 *     // An action (src/actions/): one file an intention. `op` is put in here.
 *     sync.change('card.move', { board, card, section, x, y, order }, (state) => placeCard(state, …))
 *
 * All of these are reactive where Svelte reads them ($derived, $effect, templates) and plain elsewhere.
 *
 * A kind (StreamKind<State>, kind.ts) says how a stream's state is made from its snapshot and events; it lives
 * in src/store/ and is pure. `optimistic` shows a change before the server has said; without it the kind's
 * `foresee` does, which also serves changes that a reload found in the outbox: give a kind its `foresee` and
 * leave `optimistic` out unless there is more to say than the parameters hold. Both are run again on top of
 * whatever arrives, so they change nothing when the change is there already, and tolerate that its object is gone.
 *
 * change() never waits and never throws. Offline, what was changed is kept, over a reload too, and sent in order
 * on return. `made.done` answers when the server has, and fails with RpcError when it refuses: the change is
 * then not shown any more, and stands in `sync.rejected` with what had been written, until dismissed.
 * What must not wait for a connection (invitations, roles, moderation) goes by `await sync.now(method, params)`,
 * which throws.
 *
 * Undo is per person and stream: `sync.history('board:…').run({ label, forward, backward })` sends `forward()`
 * and remembers the step; undo() and redo() say the label of what they did. Build each Edit with
 * `edit(method, params)` from what is on the screen when the function is called (undo.ts).
 *
 * Lists are queries: `ask(() => ({ method: 'thread.list', params: {}, topics: ['threads'] }))` (follow.svelte.ts)
 * gives `.data`, `.error`; asked again on the server's hints, after a lost connection and after own changes. */
import { Rpc, type Socket } from '../transport/rpc'
import { fetchSnapshot } from '../transport/snapshot'
import { Outbox } from './outbox'
import { ServerClock } from './server-clock'
import { Sync } from './sync'

export type { Made, Rejected } from './changes'
export type { Change, Myself, StreamKind } from './kind'
export { colourOf, peopleOf, type Peer, type PeerColour } from './peers'
export type { Query } from './feeds'
export type { Optimistic, Stream, StreamStatus } from './stream'
export type { Connection, Sync } from './sync'
export { edit, type Edit, type History, type Step } from './undo'

const SUBPROTOCOL = 'korsdrag.v1'

function connect(): Socket {
  const url = new URL('/ws', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return new WebSocket(url, SUBPROTOCOL) as Socket
}

async function isServerWell(): Promise<boolean> {
  const answer = await fetch('/health', { cache: 'no-store' })
  return answer.ok
}

export const sync = new Sync(new Rpc({ connect, isServerWell }), new Outbox(), fetchSnapshot)

/** What time it is where timers run: see server-clock.ts. */
export const serverClock = new ServerClock({ ask: async () => (await sync.ask('clock.get', {})).now, elapsed: () => performance.now() })
