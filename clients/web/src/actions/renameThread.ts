import { sync } from '../sync'

export function renameThread(thread: string, title: string) {
  return sync.change('thread.rename', { thread, title: title.trim() })
}
