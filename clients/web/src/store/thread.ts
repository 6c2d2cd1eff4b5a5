/* thread.ts - a thread's stream as state. Pure: no network, DOM or clock. */
import { type Person, type Post, type Snapshot, type StreamEvent, type Thread } from '../protocol'
import type { Change, Myself, StreamKind } from '../sync/kind'

export interface ThreadState {
  readonly thread: Thread
  /** By number, without holes from the first one held to the last. */
  readonly posts: readonly Post[]
}

/** A post that the server has not answered yet has no number; it stands last. */
export const UNNUMBERED = Number.MAX_SAFE_INTEGER

export const threadKind: StreamKind<ThreadState> = {
  name: 'thread',
  fromSnapshot: (snapshot, mayModerate) => {
    const { thread, posts } = snapshot as Snapshot<'thread'>
    return { thread: { ...thread, may_moderate: mayModerate }, posts }
  },
  apply: (state, events) => events.reduce(applyOne, state),
  foresee,
}

function applyOne(state: ThreadState, event: StreamEvent): ThreadState {
  switch (event.type) {
    case 'thread.created':
      return state // its own snapshot says it all
    case 'thread.renamed':
      return { ...state, thread: { ...state.thread, title: event.body.title } }
    case 'post.created':
      return addPost(state, event.body.post)
    case 'post.edited': {
      const { post, text, html, revision, edited_at } = event.body
      return changePost(state, post, (old) => (revision > old.revision ? { ...old, text, html, revision, edited_at } : old))
    }
    case 'post.deleted':
      return changePost(state, event.body.post, erased)
    default:
      return state
  }
}

const erased = (post: Post): Post => ({ ...post, text: '', html: '', deleted: true })

export function addPost(state: ThreadState, post: Post): ThreadState {
  if (state.posts.some((one) => one.id === post.id)) return state
  const organisation = post.author.organisation.id
  const { thread } = state
  return {
    thread: {
      ...thread,
      posts: post.number === UNNUMBERED ? thread.posts : Math.max(thread.posts, post.number),
      organisations: thread.organisations.includes(organisation) ? thread.organisations : [...thread.organisations, organisation],
    },
    posts: [...state.posts, post].sort((a, b) => a.number - b.number),
  }
}

function changePost(state: ThreadState, id: string, change: (post: Post) => Post): ThreadState {
  return { ...state, posts: state.posts.map((post) => (post.id === id ? change(post) : post)) }
}

/** Older posts that were asked for, ahead of those held. */
export function withEarlier(posts: readonly Post[], earlier: readonly Post[]): Post[] {
  const held = new Set(posts.map((post) => post.id))
  return [...earlier.filter((post) => !held.has(post.id)), ...posts].sort((a, b) => a.number - b.number)
}

/** Words alone, until the server has made HTML of the Markdown: a post without `html` is shown as its text. */
function unsent(id: string, author: Person, text: string, at: number, reply_to?: string): Post {
  return { id, number: UNNUMBERED, author, text, html: '', revision: 1, created_at: at, deleted: false, reply_to }
}

function foresee(state: ThreadState | undefined, change: Change, me: Myself): ThreadState | undefined {
  const author: Person = me
  switch (change.method) {
    case 'thread.create': {
      if (state) return state
      const { thread, post, space, title, text } = change.params
      const made: Thread = {
        id: thread,
        space: { id: space, name: '', openness: 'network' },
        title,
        created_by: author,
        created_at: change.at,
        posts: 1,
        organisations: [author.organisation.id],
        may_moderate: false,
      }
      return { thread: made, posts: [{ ...unsent(post, author, text, change.at), number: 1 }] }
    }
    case 'thread.rename':
      return state && { ...state, thread: { ...state.thread, title: change.params.title } }
    case 'post.create':
      return state && addPost(state, unsent(change.params.post, author, change.params.text, change.at, change.params.reply_to))
    case 'post.edit': {
      const { post, text, revision } = change.params
      return state && changePost(state, post, (old) => (old.revision > revision ? old : { ...old, text, html: old.text === text ? old.html : '' }))
    }
    case 'post.delete':
      return state && changePost(state, change.params.post, erased)
    default:
      return state
  }
}

