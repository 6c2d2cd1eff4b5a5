import { newId } from '../protocol/id'
import { sync } from '../sync'

/** Makes an empty board and says its id; fails when the server says no. */
export async function createBoard(space: string, title: string): Promise<string> {
  const board = newId()
  await sync.now('board.create', { board, space, title: title.trim() })
  return board
}
