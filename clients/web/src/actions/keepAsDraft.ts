import { addToDraft } from '../store/drafts'
import type { Rejected } from '../sync'

/** What was refused is put where it was written, to be sent again or not. */
export function keepAsDraft({ change, text }: Rejected): void {
  if (!text) return
  switch (change.method) {
    case 'thread.create':
      addToDraft('new:title', change.params.title)
      return addToDraft('new', text)
    case 'post.create':
    case 'post.edit':
      return addToDraft(`thread:${change.params.thread}`, text)
    case 'card.create':
    case 'card.edit':
      return addToDraft(`board:${change.params.board}`, text)
    default:
      return addToDraft('new', text)
  }
}
