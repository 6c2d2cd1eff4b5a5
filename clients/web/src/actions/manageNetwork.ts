/* manageNetwork.ts - how administrators set up a network: its houses, the programme's rounds and their half-days. None of
 * it waits for a connection: who does it must know that it was done. */
import type { ChangeParams, Meeting } from '../protocol'
import { newId } from '../protocol/id'
import { sync } from '../sync'

export const addOrganisation = (one: Omit<ChangeParams<'organisation.add'>, 'organisation'>) =>
  sync.now('organisation.add', { organisation: newId(), ...one })
export const addCohort = (one: Omit<ChangeParams<'cohort.add'>, 'cohort'>) => sync.now('cohort.add', { cohort: newId(), ...one })
/** All its half-days: those that are not given are taken away. */
export const planCohort = (cohort: string, meetings: readonly Meeting[]) => sync.now('cohort.plan', { cohort, meetings: [...meetings] })
