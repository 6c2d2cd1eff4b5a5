import { m } from '../../i18n.svelte'
import type { Organisation } from '../../protocol'

type Kind = Organisation['kind']

const nameOf = (): Record<Kind, string> => ({
  administration: m.kind_administrations(),
  district_administration: m.kind_districts(),
  company: m.kind_companies(),
  other: m.kind_others(),
})

/** Options of a select, by kind of organisation. */
export function groupsOf(organisations: readonly Organisation[]): { value: string; label: string; group: string }[] {
  const kinds = nameOf()
  return organisations.map((one) => ({ value: one.id, label: one.name, group: kinds[one.kind] }))
}

/** The kinds that there are, each with its organisations. */
export function inKinds(organisations: readonly Organisation[]): { kind: Kind; name: string; list: Organisation[] }[] {
  return Object.entries(nameOf())
    .map(([kind, name]) => ({ kind: kind as Kind, name, list: organisations.filter((one) => one.kind === kind) }))
    .filter((group) => group.list.length > 0)
}
