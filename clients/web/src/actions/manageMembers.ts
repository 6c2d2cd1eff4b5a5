/* manageMembers.ts - what administrators do with members. None of it waits for a connection: who does it must
 * know that it was done. */
import type { ChangeParams } from '../protocol'
import { newId } from '../protocol/id'
import { sync } from '../sync'

export async function addMember(member: Omit<ChangeParams<'member.add'>, 'member'>): Promise<string> {
  const id = newId()
  await sync.now('member.add', { member: id, ...member })
  return id
}
export const importMembers = (csv: string, dryRun: boolean, invite: boolean) =>
  sync.now('member.import', { csv, dry_run: dryRun, invite: invite && !dryRun })
export const inviteMember = (member: string) => sync.now('member.invite', { member })
export const suspendMember = (member: string) => sync.now('member.suspend', { member })
export const reinstateMember = (member: string) => sync.now('member.reinstate', { member })
export const grantRole = (role: ChangeParams<'role.grant'>) => sync.now('role.grant', role)
export const revokeRole = (role: ChangeParams<'role.revoke'>) => sync.now('role.revoke', role)
export const joinCohort = (cohort: string, member: string) => sync.now('cohort.add_member', { cohort, member })
export const leaveCohort = (cohort: string, member: string) => sync.now('cohort.remove_member', { cohort, member })
