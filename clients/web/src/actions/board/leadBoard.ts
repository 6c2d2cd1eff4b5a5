import type { ChangeName, ChangeParams } from '../../protocol'
import { sync } from '../../sync'
import { sayError } from '../../text/errors'
import { announce } from '../../ui/announce.svelte'

/** What somebody who leads a board does for all who are there. It counts now or not at all: nothing of it waits for a
 * connection, nothing of it is undone with Ctrl+Z. Answers whether it was done; else `board.trouble` says why not. */
export async function leadBoard<M extends LeadName>(board: { trouble: string }, method: M, params: ChangeParams<M>): Promise<boolean> {
  try {
    await sync.now(method, params)
    board.trouble = ''
    return true
  } catch (error) {
    board.trouble = sayError(error)
    announce(board.trouble)
    return false
  }
}

type LeadName = Extract<ChangeName, `timer.${string}` | 'board.set_mode' | `${'card' | 'section'}.${'lock' | 'unlock'}`>
