import { m } from '../../i18n.svelte'
import type { Organisation } from '../../protocol'

/** Options of a select, by kind of organisation. */
export function groupsOf(organisations: readonly Organisation[]): { value: string; label: string; group: string }[] {
  const kinds: Record<Organisation['kind'], string> = {
    administration: m.kind_administrations(),
    district_administration: m.kind_districts(),
    company: m.kind_companies(),
    other: m.kind_others(),
  }
  return organisations.map((one) => ({ value: one.id, label: one.name, group: kinds[one.kind] }))
}
