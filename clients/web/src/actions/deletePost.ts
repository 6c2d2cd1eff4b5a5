import { sync } from '../sync'

export function deletePost(thread: string, post: string) {
  return sync.change('post.delete', { thread, post })
}
