import { newId } from '../protocol/id'
import { keepDraft } from '../store/drafts'
import { sync } from '../sync'

export function writePost(thread: string, text: string, replyTo?: string) {
  keepDraft(`thread:${thread}`, '')
  return sync.change('post.create', { thread, post: newId(), text, ...(replyTo ? { reply_to: replyTo } : {}) })
}
