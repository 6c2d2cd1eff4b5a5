import type { ChangeParams } from '../protocol'
import { sync } from '../sync'

export const changeSpace = (changes: ChangeParams<'space.update'>) => sync.now('space.update', changes)
export const addSpaceMember = (space: string, member: string) => sync.now('space.add_member', { space, member })
export const removeSpaceMember = (space: string, member: string) => sync.now('space.remove_member', { space, member })
