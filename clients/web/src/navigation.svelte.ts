/* navigation.svelte.ts - the address bar and the screen that it shows, over the History API. */
import { tick } from 'svelte'
import { hrefOf, routeOf, type Route } from './router'

let route = $state.raw<Route>(routeOf(location))
/** Rises when the reader has gone somewhere: the new screen takes the focus. */
let arrivals = $state(0)

export const navigation = {
  get route(): Route {
    return route
  },
  get arrivals(): number {
    return arrivals
  },
}

export function go(to: Route | string, how: { replace?: boolean; keepsPlace?: boolean } = {}): void {
  const href = typeof to === 'string' ? to : hrefOf(to)
  history.replaceState({ y: scrollY }, '')
  if (how.replace) history.replaceState({ y: 0 }, '', href)
  else history.pushState({ y: 0 }, '', href)
  arrive(how.keepsPlace ? undefined : 0)
}

function arrive(y: number | undefined): void {
  const before = hrefOf(route)
  route = routeOf(location)
  if (hrefOf(route) !== before) arrivals++
  if (y !== undefined) void tick().then(() => scrollTo(0, y))
}

function isOurs(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  return isPlain && !event.defaultPrevented && link.origin === location.origin && !link.target && !link.hasAttribute('download')
}

/** Follows links of our own without loading the page anew. */
export function startNavigation(): void {
  history.scrollRestoration = 'manual'
  addEventListener('popstate', (event) => arrive((event.state as { y?: number } | null)?.y ?? 0))
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a[href]')
    if (!(link instanceof HTMLAnchorElement) || !isOurs(event, link)) return
    const isWithinPage = link.pathname === location.pathname && link.search === location.search && link.hash !== ''
    if (isWithinPage) return
    event.preventDefault()
    go(link.pathname + link.search + link.hash)
  })
}

const PATIENCE_MS = 4000

/** Puts the focus on the new screen's heading, so that keyboard and screen reader start there. The heading may come
 * later than the screen; whoever has put the focus elsewhere meanwhile keeps it. Returns what gives it up. */
export function focusHeading(): () => void {
  const until = performance.now() + PATIENCE_MS
  let frame = requestAnimationFrame(look)
  function look(): void {
    const isElsewhere = document.activeElement && !['BODY', 'A', 'BUTTON'].includes(document.activeElement.tagName)
    const heading = document.querySelector<HTMLElement>('h1')
    if (heading && !isElsewhere) {
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    } else if (!heading && performance.now() < until) frame = requestAnimationFrame(look)
  }
  return () => cancelAnimationFrame(frame)
}
