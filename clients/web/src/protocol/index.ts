/* What travels, by name. The shapes are printed from the server's method tables (types.ts); here they only
 * get the names that the rest of the client calls them by. */
import type { Protocol } from './types'

export type Methods = Protocol['methods']
export type MethodName = keyof Methods
export type Params<M extends MethodName> = Methods[M]['params']
export type Result<M extends MethodName> = Methods[M]['result']

/** Changes carry an `op`: the same op again gets the first answer and changes nothing. */
export type ChangeName = { [M in MethodName]: Params<M> extends { op: string } ? M : never }[MethodName]
/** Parameters of a change without `op`, which sync puts in. */
export type ChangeParams<M extends ChangeName> = Omit<Params<M>, 'op'>

export type EventName = keyof Protocol['events']
export type EventBody<E extends EventName> = Protocol['events'][E]
interface EventHead {
  seq: number
  /** Milliseconds since 1970. */
  at: number
  actor?: string
  op?: string
}
/** An event of a stream: a union on `type`. */
export type StreamEvent = { [E in EventName]: EventHead & { type: E; body: EventBody<E> } }[EventName]

export type NoticeName = keyof Protocol['notices']
export type Notice<N extends NoticeName> = Protocol['notices'][N]
export type Snapshot<K extends keyof Protocol['snapshots']> = Protocol['snapshots'][K]

export type Topic = Params<'feed.watch'>['topics'][number]
export type Present = NonNullable<Result<'stream.open'>['present']>[number]
/** What one says of oneself: `presence.set` without its stream. */
export type PresenceState = Omit<Params<'presence.set'>, 'stream'>

export type Me = Result<'me.get'>
export type Locale = Me['locale']
export type Theme = Me['theme']
export type Organisation = Result<'organisation.list'>['organisations'][number]
export type Cohort = Result<'cohort.list'>['cohorts'][number]
export type Meeting = Cohort['meetings'][number]
export type Track = Cohort['track']
export type MemberCard = Result<'member.list'>['members'][number]
export type Member = Result<'member.get'>
export type Space = Result<'space.list'>['spaces'][number]
export type SpaceDetail = Result<'space.get'>
export type Openness = Space['openness']
export type ThreadItem = Result<'thread.list'>['threads'][number]
export type Person = ThreadItem['author']
/** What the snapshot says, which is the same for everybody, and whether it is the reader's to moderate. */
export type Thread = Snapshot<'thread'>['thread'] & { may_moderate: boolean }
export type Post = Snapshot<'thread'>['posts'][number]
export type Template = Result<'template.list'>['templates'][number]
export type BoardItem = Result<'board.list'>['boards'][number]
export type Board = Snapshot<'board'>['board'] & { may_moderate: boolean }
export type Section = Snapshot<'board'>['sections'][number]
export type Card = Snapshot<'board'>['cards'][number]
export type Colour = Card['colour']
/** The server tells of a board's newest 20. */
export type VoteRound = NonNullable<Snapshot<'board'>['rounds']>[number]
export type VoteTotal = NonNullable<VoteRound['results']>[number]
export type WritingRound = NonNullable<Snapshot<'board'>['writing']>[number]
/** A card to be, which only its writer sees. */
export type HiddenCard = Result<'draft.list'>['drafts'][number]
export type Session = Result<'session.list'>['sessions'][number]
export type ImportResult = Result<'member.import'>

/** Closes a `switch` over a union: a new member of it no longer compiles. What travels may be newer than we
 * are, so at run time an unknown value is passed over. */
export function never(_value: never): void {}
