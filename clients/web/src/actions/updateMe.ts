import type { ChangeParams } from '../protocol'
import { sync } from '../sync'

export function updateMe(changes: ChangeParams<'me.update'>) {
  return sync.change('me.update', changes)
}
