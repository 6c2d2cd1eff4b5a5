/* router.ts - which screen an address means. Pure; what follows it is in navigation.svelte.ts. */
import { isId } from './protocol/id'

export type FeedFilter = 'all' | 'mine' | 'unanswered'

export type Route =
  | { name: 'feed'; filter: FeedFilter }
  /** Writing a new thread, perhaps in a given space. */
  | { name: 'write'; space?: string }
  | { name: 'thread'; id: string }
  | { name: 'boards' }
  | { name: 'board'; id: string }
  | { name: 'people' }
  | { name: 'person'; id: string }
  | { name: 'cohorts' }
  | { name: 'spaces' }
  | { name: 'space'; id: string }
  | { name: 'me' }
  | { name: 'admin' }
  | { name: 'sign_in'; next: string }
  | { name: 'sign_in_link'; token: string }
  | { name: 'unknown' }

const plain = ['boards', 'people', 'cohorts', 'spaces', 'me', 'admin'] as const
const byId = { thread: 'thread', board: 'board', people: 'person', space: 'space' } as const

/** Only paths of our own are gone to after signing in. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])[\w\-/?=&]*$/.test(next) && !next.startsWith('/sign-in') ? next : '/'
}

export function routeOf(url: { pathname: string; search: string; hash: string }): Route {
  const query = new URLSearchParams(url.search)
  const [first = '', second, ...rest] = url.pathname.replace(/^\/|\/$/g, '').split('/')
  if (rest.length > 0) return { name: 'unknown' }
  if (second !== undefined) {
    if (first === 'sign-in' && second === 'link') return { name: 'sign_in_link', token: url.hash.slice(1) }
    if (first in byId && isId(second)) return { name: byId[first as keyof typeof byId], id: second }
    return { name: 'unknown' }
  }
  if (first === '') return feedOf(query)
  if (first === 'sign-in') return { name: 'sign_in', next: safeNext(query.get('next')) }
  const name = plain.find((one) => one === first)
  return name ? { name } : { name: 'unknown' }
}

function feedOf(query: URLSearchParams): Route {
  const write = query.get('write')
  if (write !== null) return isId(write) ? { name: 'write', space: write } : { name: 'write' }
  const filter = query.get('filter')
  return { name: 'feed', filter: filter === 'mine' || filter === 'unanswered' ? filter : 'all' }
}

export function hrefOf(route: Route): string {
  switch (route.name) {
    case 'feed':
      return route.filter === 'all' ? '/' : `/?filter=${route.filter}`
    case 'write':
      return `/?write=${route.space ?? ''}`
    case 'thread':
    case 'board':
    case 'space':
      return `/${route.name}/${route.id}`
    case 'person':
      return `/people/${route.id}`
    case 'sign_in':
      return route.next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(route.next)}`
    case 'sign_in_link':
      return `/sign-in/link#${route.token}`
    case 'unknown':
      return '/'
    default:
      return `/${route.name}`
  }
}

/** Pages that are shown without being signed in. */
export const isPublic = (route: Route) => route.name === 'sign_in' || route.name === 'sign_in_link'
