import { m } from '../../i18n.svelte'
import type { Openness, Track } from '../../protocol'

/** Whom a space is open to, in a sentence. */
export function sayOpenness(space: { openness: Openness; track?: Track; cohort?: { name: string } }): string {
  switch (space.openness) {
    case 'network':
      return m.open_to_network()
    case 'track':
      return space.track === 'executive' ? m.open_to_executives() : m.open_to_key_persons()
    case 'cohort':
      return m.open_to_cohort({ name: space.cohort?.name ?? '' })
    case 'private':
      return m.open_to_few()
  }
}

export const sayTrack = (track: Track): string => (track === 'executive' ? m.track_executive() : m.track_key_person())
