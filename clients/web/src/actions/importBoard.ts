import type { ChangeParams, Result } from '../protocol'
import { newId } from '../protocol/id'
import type { BoardFile } from '../text/boardFile'
import { isWorthRepeating } from '../transport/errors'
import { postCall } from '../transport/post'

const TRIES = 3

/** Makes a board of a file and says its id. Sent again with the same op when nobody knows whether it was done. */
export async function importBoard(space: string, title: string, file: BoardFile): Promise<{ board: string } & Result<'board.import'>> {
  const board = newId()
  const given: ChangeParams<'board.import'> & { op: string } = {
    board,
    space,
    title: title.trim(),
    ...(file.kind === 'csv' ? { csv: file.csv } : { file: file.file as NonNullable<ChangeParams<'board.import'>['file']> }),
    op: newId(),
  }
  for (let tries = 1; ; tries++) {
    try {
      return { board, ...((await postCall('board.import', given)) as Result<'board.import'>) }
    } catch (error) {
      if (!isWorthRepeating(error) || tries === TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries))
    }
  }
}
