/* member.ts - one's own stream: rights and sessions. It is a signal to ask again, so nothing is kept of it. */
import type { StreamKind } from '../sync/kind'

export interface MemberState {
  /** How many events have come: whoever looks knows that something has changed. */
  readonly heard: number
}

export const memberKind: StreamKind<MemberState> = {
  name: 'member',
  fromSnapshot: () => ({ heard: 0 }),
  apply: (state, events) => ({ heard: state.heard + events.length }),
}
