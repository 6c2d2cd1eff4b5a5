import { newId } from '../protocol/id'
import { i18n } from '../i18n.svelte'
import { sync } from '../sync'

/** Makes a board, empty or with what a template has for it, and says its id; fails when the server says no. */
export async function createBoard(space: string, title: string, template?: string): Promise<string> {
  const board = newId()
  await sync.now('board.create', { board, space, title: title.trim(), ...(template && { template, language: i18n.locale }) })
  return board
}
