import { expect, test } from 'vitest'
import type { Post, StreamEvent } from '../protocol'
import type { Change } from '../sync/kind'
import { threadKind, UNNUMBERED, withEarlier, type ThreadState } from './thread'

const me = { id: 'm1', name: 'Amira', organisation: { id: 'o1', short: 'FK', name: 'Fastighetskontoret' } }
const bo = { id: 'm2', name: 'Bo', organisation: { id: 'o2', short: 'TK', name: 'Trafikkontoret' } }
const post = (number: number, author = bo): Post => ({
  id: `p${number}`, number, author, text: `t${number}`, html: `<p>t${number}</p>`, revision: 1, created_at: number, deleted: false,
})
const state: ThreadState = {
  thread: { id: 't', space: { id: 's', name: 'S', openness: 'network' }, title: 'T', created_by: bo, created_at: 0, posts: 1, organisations: ['o2'], may_moderate: false },
  posts: [post(1)],
}
const event = (type: StreamEvent['type'], body: object) => ({ seq: 1, at: 0, type, body }) as StreamEvent
const change = (method: Change['method'], params: object) => ({ op: 'x', at: 5, method, params }) as Change

test('a new post lights its window and counts', () => {
  const next = threadKind.apply(state, [event('post.created', { post: post(2, me) })])
  expect(next.posts.map((one) => one.id)).toEqual(['p1', 'p2'])
  expect(next.thread).toMatchObject({ posts: 2, organisations: ['o2', 'o1'] })
})

test('edits and deletions reach their post; an old edit changes nothing', () => {
  const edited = threadKind.apply(state, [event('post.edited', { post: 'p1', text: 'n', html: 'N', revision: 2, edited_at: 9 })])
  expect(edited.posts[0]).toMatchObject({ text: 'n', html: 'N', revision: 2, edited_at: 9 })
  expect(threadKind.apply(edited, [event('post.edited', { post: 'p1', text: 'o', html: 'O', revision: 2, edited_at: 9 })])).toEqual(edited)
  expect(threadKind.apply(edited, [event('post.deleted', { post: 'p1' })]).posts[0]).toMatchObject({ deleted: true, text: '', html: '' })
})

test('an event of a type from tomorrow is passed over', () => {
  expect(threadKind.apply(state, [event('thread.painted' as StreamEvent['type'], {})])).toBe(state)
})

test("one's own post is foreseen last, once, and as plain words", () => {
  const mine = change('post.create', { thread: 't', post: 'new', text: 'hej', reply_to: 'p1' })
  const next = threadKind.foresee!(state, mine, me)!
  expect(next.posts[1]).toMatchObject({ id: 'new', number: UNNUMBERED, html: '', text: 'hej', reply_to: 'p1', author: me })
  expect(threadKind.foresee!(next, mine, me)).toBe(next)
})

test('a foreseen edit waits for its HTML, and gives way to a newer one', () => {
  const edit = change('post.edit', { thread: 't', post: 'p1', text: 'mine', revision: 1 })
  expect(threadKind.foresee!(state, edit, me)!.posts[0]).toMatchObject({ text: 'mine', html: '' })
  const newer = threadKind.apply(state, [event('post.edited', { post: 'p1', text: 'n', html: 'N', revision: 2, edited_at: 9 })])
  expect(threadKind.foresee!(newer, edit, me)!.posts[0]).toMatchObject({ text: 'n' })
})

test('earlier posts come before, each once', () => {
  expect(withEarlier([post(3)], [post(1), post(2), post(3)]).map((one) => one.number)).toEqual([1, 2, 3])
})
