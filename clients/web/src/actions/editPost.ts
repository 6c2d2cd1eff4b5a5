import type { Post } from '../protocol'
import { sync } from '../sync'

/** Refused as a conflict when somebody has edited since `revision`: then both texts are shown to choose from. */
export function editPost(thread: string, post: Post, text: string) {
  return sync.change('post.edit', { thread, post: post.id, text, revision: post.revision })
}
