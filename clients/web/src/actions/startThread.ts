import { newId } from '../protocol/id'
import { keepDraft } from '../store/drafts'
import { sync } from '../sync'

/** Begins a thread and says its id: it can be gone to at once, also without a connection. */
export function startThread(space: string, title: string, text: string): string {
  const thread = newId()
  sync.change('thread.create', { thread, post: newId(), space, title: title.trim(), text })
  keepDraft('new', '')
  keepDraft('new:title', '')
  return thread
}
