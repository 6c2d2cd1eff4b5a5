import { expect, test } from 'vitest'
import { hrefOf, routeOf, safeNext, type Route } from './router'

const id = '018bcfe5-6800-7000-8000-000000000001'
const at = (path: string) => routeOf(new URL(path, 'https://korsdrag.example'))

test.each<[string, Route]>([
  ['/', { name: 'feed', filter: 'all' }],
  ['/?filter=mine', { name: 'feed', filter: 'mine' }],
  ['/?write=', { name: 'write' }],
  [`/?write=${id}`, { name: 'write', space: id }],
  [`/thread/${id}`, { name: 'thread', id }],
  ['/boards', { name: 'boards' }],
  [`/board/${id}`, { name: 'board', id }],
  [`/people/${id}`, { name: 'person', id }],
  ['/cohorts', { name: 'cohorts' }],
  [`/space/${id}`, { name: 'space', id }],
  ['/me', { name: 'me' }],
  ['/sign-in', { name: 'sign_in', next: '/' }],
  [`/sign-in?next=%2Fthread%2F${id}`, { name: 'sign_in', next: `/thread/${id}` }],
  ['/sign-in/link#secret', { name: 'sign_in_link', token: 'secret' }],
])('%s, there and back', (path, route) => {
  expect(at(path)).toEqual(route)
  expect(at(hrefOf(route))).toEqual(route)
})

test.each(['/nowhere', '/thread/not-an-id', `/thread/${id}/more`, '/people/x', '/board'])('%s is unknown', (path) => {
  expect(at(path)).toEqual({ name: 'unknown' })
})

test.each(['https://evil.example', '//evil.example', '/\\evil.example', '/sign-in', 'javascript:alert(1)', null])(
  'after signing in %s is not gone to',
  (next) => expect(safeNext(next)).toBe('/'),
)
