import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Post } from '../protocol'
import { threadKind, UNNUMBERED, type ThreadState } from '../store/thread'
import { Outbox } from './outbox'
import { Sync } from './sync'
import { FakeServer, me, Refusal, settled } from './testing'

const NAME = 'thread:t1'
const person = { id: 'm2', name: 'Bo Ek', organisation: { id: 'o2', short: 'TK', name: 'Trafikkontoret' } }
const post = (number: number): Post => ({
  id: `p${number}`, number, author: person, text: `post ${number}`, html: `<p>post ${number}</p>`, revision: 1, created_at: 0, deleted: false,
})
const snapshot = (count: number) => ({
  thread: { id: 't1', space: { id: 's', name: 'S', openness: 'network' }, title: 'T', created_by: person, created_at: 0, posts: count, organisations: ['o2'], may_moderate: false },
  posts: Array.from({ length: count }, (_, i) => post(i + 1)),
})
const created = (seq: number, number: number, op?: string) => ({ seq, at: 0, op, type: 'post.created', body: { post: post(number) } })

const realTimeout = globalThis.setTimeout
let server: FakeServer
let sync: Sync
const settle = async () => {
  for (let i = 0; i < 20; i++) {
    await settled()
    await new Promise((resolve) => realTimeout(resolve))
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  globalThis.indexedDB = new IDBFactory()
  server = new FakeServer()
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 2, conn: 'c1', snapshot: snapshot(1) })
  sync = new Sync(server.rpc(), new Outbox())
})
afterEach(() => vi.useRealTimers())

async function online(): Promise<void> {
  sync.start()
  server.socket.onopen?.()
  await settle()
}
async function back(): Promise<void> {
  const before = server.sockets.length
  while (server.sockets.length === before) vi.advanceTimersByTime(100)
  server.socket.onopen?.()
  await settle()
}
const numbers = (state: ThreadState | undefined) => state?.posts.map((one) => one.number)

test('opens with a snapshot and follows events', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  expect(stream.status).toBe('live')
  server.socket.notice('stream.events', { stream: NAME, first: 3, events: [created(3, 2), created(4, 3)] })
  expect(numbers(stream.state)).toEqual([1, 2, 3])
  expect(stream.seq).toBe(4)
})

test('fetches a large snapshot, and what came meanwhile is applied to it', async () => {
  const url = '/snapshot/thread:t1/2'
  let fetched: (answer: { seq: number; snapshot: unknown }) => void = () => {}
  const fetchSnapshot = vi.fn(() => new Promise<{ seq: number; snapshot: unknown }>((resolve) => (fetched = resolve)))
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 2, conn: 'c1', may_moderate: true, snapshot_url: url })
  sync = new Sync(server.rpc(), new Outbox(), fetchSnapshot)
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  expect(server.socket.of('stream.open').at(-1)!.params).toEqual({ stream: NAME, fetch: true })
  expect(fetchSnapshot).toHaveBeenCalledWith(url)
  expect(stream.status).toBe('opening')
  server.socket.notice('stream.events', { stream: NAME, first: 3, events: [created(3, 2), created(4, 3)] })
  fetched({ seq: 3, snapshot: snapshot(2) }) // it holds the third event already
  await settle()
  expect(stream.status).toBe('live')
  expect(numbers(stream.state)).toEqual([1, 2, 3])
  expect(stream.state?.thread.may_moderate).toBe(true)
  expect(stream.seq).toBe(4)
})

test('asks for the snapshot over the connection when it cannot be fetched', async () => {
  const fetchSnapshot = vi.fn(async () => Promise.reject(new Error('404')))
  server.answers['stream.open'] = ({ fetch }) =>
    fetch ? { stream: NAME, seq: 2, conn: 'c1', snapshot_url: '/snapshot/thread:t1/2' } : { stream: NAME, seq: 2, conn: 'c1', snapshot: snapshot(1) }
  sync = new Sync(server.rpc(), new Outbox(), fetchSnapshot)
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  expect(fetchSnapshot).toHaveBeenCalledOnce()
  expect(stream.status).toBe('live')
  expect(numbers(stream.state)).toEqual([1])
})

test('a connection that is lost while a snapshot is fetched is not waited for', async () => {
  let fail: (error: Error) => void = () => {}
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 2, conn: 'c1', snapshot_url: '/snapshot/thread:t1/2' })
  sync = new Sync(server.rpc(), new Outbox(), () => new Promise((_, reject) => (fail = reject)))
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  server.socket.cut()
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 2, conn: 'c2', snapshot: snapshot(1) })
  await back()
  fail(new Error('lost'))
  await settle()
  expect(stream.status).toBe('live')
  expect(numbers(stream.state)).toEqual([1])
})

test('drops what it has seen, and asks again from the last event it knows when one is missing', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  server.socket.notice('stream.events', { stream: NAME, first: 2, events: [created(2, 1), created(3, 2)] })
  expect(numbers(stream.state)).toEqual([1, 2])
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 5, conn: 'c1', events: [created(4, 3), created(5, 4)] })
  server.socket.notice('stream.events', { stream: NAME, first: 5, events: [created(5, 4)] })
  expect(stream.status).toBe('behind')
  await settle()
  expect(server.socket.of('stream.open').at(-1)!.params).toEqual({ stream: NAME, since: 3 })
  expect(numbers(stream.state)).toEqual([1, 2, 3, 4])
})

test('resumes after a lost connection from where it was', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  server.socket.cut()
  expect(stream.status).toBe('behind')
  expect(sync.connection.status).toBe('away')
  server.answers['stream.open'] = (params) => ({ stream: NAME, seq: 3, conn: 'c2', events: params.since === 2 ? [created(3, 2)] : [] })
  await back()
  expect(stream.status).toBe('live')
  expect(numbers(stream.state)).toEqual([1, 2])
})

test("one's own post shows at once and is replaced by its echo", async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  server.answers['post.create'] = () => ({ seq: 3, number: 2 })
  const made = sync.change('post.create', { thread: 't1', post: 'p2', text: 'hej' })
  expect(numbers(stream.state)).toEqual([1, UNNUMBERED])
  await settle()
  expect(numbers(stream.state), 'answered, and its event not here yet').toEqual([1, UNNUMBERED])
  server.socket.notice('stream.events', { stream: NAME, first: 3, events: [created(3, 2, made.op)] })
  expect(numbers(stream.state)).toEqual([1, 2])
  expect(stream.pending.size).toBe(0)
  expect(sync.connection.waiting).toBe(0)
})

test('what was written offline is sent on return, in order, once', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  server.socket.cut()
  sync.change('post.create', { thread: 't1', post: 'a', text: 'first' })
  sync.change('post.create', { thread: 't1', post: 'b', text: 'second' })
  expect(sync.connection.waiting).toBe(2)
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 2, conn: 'c2', events: [] })
  let seq = 2
  server.answers['post.create'] = () => ({ seq: ++seq, number: seq })
  await back()
  expect(server.socket.of('post.create').map((one) => one.params.text)).toEqual(['first', 'second'])
  expect(sync.connection.waiting).toBe(0)
  expect(stream.state!.posts.map((one) => one.text)).toEqual(['post 1', 'first', 'second'])
})

test('an unknown outcome is asked again with the same op', async () => {
  await online()
  const made = sync.change('post.create', { thread: 't1', post: 'a', text: 'x' }) // the server never answers
  await settle()
  server.socket.cut()
  server.answers['post.create'] = () => ({ seq: 3, number: 2 })
  await back()
  expect(server.sockets.map((socket) => socket.of('post.create').map((one) => one.params.op))).toEqual([[made.op], [made.op]])
  await expect(made.done).resolves.toEqual({ seq: 3, number: 2 })
})

test('a change that a snapshot already holds is not shown twice', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  sync.change('post.create', { thread: 't1', post: 'p2', text: 'post 2' })
  server.socket.cut() // it was committed; the answer was lost
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 9, conn: 'c2', snapshot: snapshot(2) })
  server.answers['post.create'] = () => ({ seq: 3, number: 2 })
  await back()
  expect(numbers(stream.state)).toEqual([1, 2])
  expect(stream.pending.size).toBe(0)
})

test('a refused change is shown no more, and what was written is kept to choose', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  server.answers['post.create'] = () => new Refusal(-32003)
  const made = sync.change('post.create', { thread: 't1', post: 'a', text: 'my words' })
  await expect(made.done).rejects.toMatchObject({ reason: 'forbidden' })
  expect(numbers(stream.state)).toEqual([1])
  expect(sync.rejected).toMatchObject([{ text: 'my words', error: { reason: 'forbidden' } }])
  sync.dismiss(sync.rejected[0]!)
  expect(sync.rejected).toEqual([])
})

test('a pause that the server asks for is kept', async () => {
  await online()
  let asked = 0
  server.answers['post.create'] = () => (++asked === 1 ? new Refusal(-32029, { retryAfterMs: 900 }) : { seq: 3, number: 2 })
  sync.change('post.create', { thread: 't1', post: 'a', text: 'x' })
  await settle()
  vi.advanceTimersByTime(800)
  await settle()
  expect(asked).toBe(1)
  vi.advanceTimersByTime(200)
  await settle()
  expect(asked).toBe(2)
})

test('what mentions a thing waits for the change that makes it; others go side by side', async () => {
  await online()
  const at = { x: 0, y: 0, order: 'a0' }
  sync.change('section.create', { board: 'b', section: 's', title: 'S', width: 200, height: 200, ...at })
  sync.change('card.create', { board: 'b', card: 'c', section: 's', text: '', colour: 'kalk', ...at })
  sync.change('card.move', { board: 'b', card: 'd', ...at })
  await settle()
  expect(server.socket.asked.map((one) => one.method).slice(-2)).toEqual(['section.create', 'card.move'])
  server.socket.answer(server.socket.of('section.create')[0]!, { seq: 1 })
  await settle()
  expect(server.socket.of('card.create')).toHaveLength(1)
})

test('a reload finds the outbox and goes on', async () => {
  await online()
  server.socket.cut()
  const made = sync.change('post.create', { thread: 't1', post: 'a', text: 'before the reload' })
  await settle()
  // A new page on the same database; the old one holds no lock.
  sync = new Sync(server.rpc(), new Outbox())
  let seq = 2
  server.answers['post.create'] = () => ({ seq: ++seq, number: seq })
  sync.start()
  const stream = sync.open(NAME, threadKind)
  server.socket.onopen?.()
  await settle()
  expect(server.socket.of('post.create').map((one) => one.params.op)).toEqual([made.op])
  expect(stream.state!.posts.map((one) => one.text)).toContain('before the reload')
})

test("another member's outbox is not sent", async () => {
  await online()
  server.socket.cut()
  sync.change('post.create', { thread: 't1', post: 'a', text: 'mine' })
  await settle()
  server.answers['me.get'] = () => ({ ...me, member: 'm9' })
  sync = new Sync(server.rpc(), new Outbox())
  sync.start()
  server.socket.onopen?.()
  await settle()
  expect(server.socket.of('post.create')).toEqual([])
})

test('signing out wipes what waits', async () => {
  await online()
  server.socket.cut()
  sync.change('post.create', { thread: 't1', post: 'a', text: 'mine' })
  await settle()
  await sync.forget()
  expect(sync.connection.waiting).toBe(0)
  expect(await new Outbox().takeOver()).toEqual([])
})

test('a thread made offline is shown before the server knows of it', async () => {
  await online()
  server.answers['stream.open'] = () => new Refusal(-32004)
  sync.change('thread.create', { thread: 't1', post: 'p', space: 's', title: 'New', text: 'words' })
  const stream = sync.open(NAME, threadKind)
  await settle()
  expect(stream.state?.thread.title).toBe('New')
  expect(stream.status).toBe('opening')
  server.answers['stream.open'] = () => ({ stream: NAME, seq: 2, conn: 'c', snapshot: snapshot(1) })
  server.socket.answer(server.socket.of('thread.create')[0]!, { seq: 2 })
  await settle()
  expect(stream.status).toBe('live')
})

test('presence: the newest of each connection, without oneself', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  const bo = { conn: 'c2', member: 'm2', name: 'Bo' }
  server.socket.notice('presence.changed', { stream: NAME, present: [bo, { conn: 'c1', member: 'm1', name: 'Me' }], left: [] })
  server.socket.notice('presence.changed', { stream: NAME, present: [{ ...bo, typing: true }], left: [] })
  expect(stream.present).toMatchObject([{ conn: 'c2', typing: true }])
  server.socket.notice('presence.changed', { stream: NAME, present: [], left: ['c2'] })
  expect(stream.present).toEqual([])
})

test('presence is sent at most 15 times a second, the newest last', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  for (let x = 0; x < 50; x++) stream.setPresence({ cursor: { x, y: 0 } })
  vi.advanceTimersByTime(100)
  const sent = server.socket.of('presence.set').map((one) => one.params.cursor)
  expect(sent).toEqual([{ x: 0, y: 0 }, { x: 49, y: 0 }])
})

test('a list is asked for again when the server hints, and after a lost connection', async () => {
  server.answers['thread.list'] = () => ({ threads: [] })
  await online()
  sync.query('thread.list', {}, ['threads'])
  await settle()
  expect(server.socket.of('feed.watch').at(-1)!.params).toEqual({ topics: ['threads'] })
  server.socket.notice('hint', { topics: ['threads'], spaces: [] })
  await settle()
  expect(server.socket.of('thread.list')).toHaveLength(2)
  server.socket.cut()
  await back()
  expect(server.socket.of('thread.list')).toHaveLength(1)
  expect(server.socket.of('feed.watch')).toHaveLength(1)
})

test('access that ends empties the stream', async () => {
  await online()
  const stream = sync.open(NAME, threadKind)
  await settle()
  server.socket.notice('stream.closed', { stream: NAME, reason: 'no_access' })
  expect(stream.status).toBe('closed')
  expect(stream.state).toBeUndefined()
})

test('undo sends the inverse as things stand now, and a refused step is forgotten', async () => {
  await online()
  server.answers['thread.rename'] = () => ({ seq: 3 })
  const { edit } = await import('./undo')
  const history = sync.history(NAME)
  let title = 'old'
  history.run({
    label: 'rename',
    forward: () => [edit('thread.rename', { thread: 't1', title: 'new' })],
    backward: () => [edit('thread.rename', { thread: 't1', title })],
  })
  await settle()
  title = 'old, changed since'
  expect(history.undo()).toBe('rename')
  await settle()
  expect(server.socket.of('thread.rename').map((one) => one.params.title)).toEqual(['new', 'old, changed since'])
  expect(history.undoable).toBeUndefined()
  server.answers['thread.rename'] = () => new Refusal(-32003)
  expect(history.redo()).toBe('rename')
  await settle()
  expect(history.undoable).toBeUndefined()
})

test('a step that was refused in part is kept, for the part that was done', async () => {
  await online()
  const { edit } = await import('./undo')
  const history = sync.history(NAME)
  server.answers['thread.rename'] = ({ title }) => (title === 'refused' ? new Refusal(-32003) : { seq: 3 })
  const both = () => [edit('thread.rename', { thread: 't1', title: 'refused' }), edit('thread.rename', { thread: 't2', title: 'done' })]
  history.run({ label: 'rename two', forward: both, backward: both })
  await settle()
  expect(history.undoable).toBe('rename two')
})
