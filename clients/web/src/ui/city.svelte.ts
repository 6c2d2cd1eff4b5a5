/* city.svelte.ts - the administrations and companies, always in the same order: each has its window. */
import type { Organisation } from '../protocol'

const kinds = ['administration', 'district_administration', 'company', 'other']

let organisations = $state.raw<readonly Organisation[]>([])
let byId = $state.raw<ReadonlyMap<string, Organisation>>(new Map())

export const city = {
  get organisations(): readonly Organisation[] {
    return organisations
  },
  organisation(id: string): Organisation | undefined {
    return byId.get(id)
  },
  set(list: readonly Organisation[]): void {
    organisations = [...list].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.name.localeCompare(b.name, 'sv'))
    byId = new Map(list.map((one) => [one.id, one]))
  },
}
