/* places.ts - where the masthead and the phone's tabs lead. */
import { m } from '../../i18n.svelte'
import type { Route } from '../../router'
import type { IconName } from '../../ui/icons'

export interface Place {
  href: string
  label: () => string
  icon: IconName
  routes: readonly Route['name'][]
  /** Among the four tabs of a phone. */
  isTab: boolean
}

export const places: readonly Place[] = [
  { href: '/', label: () => m.place_feed(), icon: 'message-square', routes: ['feed', 'thread', 'write'], isTab: true },
  { href: '/boards', label: () => m.place_boards(), icon: 'panels-top-left', routes: ['boards', 'board'], isTab: true },
  { href: '/spaces', label: () => m.place_spaces(), icon: 'door-open', routes: ['spaces', 'space'], isTab: true },
  { href: '/people', label: () => m.place_people(), icon: 'users', routes: ['people', 'person'], isTab: true },
  { href: '/cohorts', label: () => m.place_cohorts(), icon: 'calendar', routes: ['cohorts'], isTab: false },
]

export const isAt = (route: Route, place: Place) => place.routes.includes(route.name)
