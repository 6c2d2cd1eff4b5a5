import type { ChangeParams } from '../protocol'
import { newId } from '../protocol/id'
import { sync } from '../sync'

export async function createSpace(space: Omit<ChangeParams<'space.create'>, 'space'>): Promise<string> {
  const id = newId()
  await sync.now('space.create', { space: id, ...space })
  return id
}
