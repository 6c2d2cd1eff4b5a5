/* lock.ts - to lock and unlock, and to say so. */
import { leadBoard } from '../../actions/board/leadBoard'
import { m } from '../../i18n.svelte'
import type { Card, Section } from '../../protocol'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard } from './board.svelte'
import { labelOf } from './log'

/** The other way round than it is. */
export async function lock(board: OpenedBoard, kind: 'card' | 'section', thing: Card | Section): Promise<void> {
  const what = 'text' in thing ? labelOf(thing.text) : thing.title
  const { id, locked } = thing
  const isDone =
    kind === 'card'
      ? await leadBoard(board, locked ? 'card.unlock' : 'card.lock', { board: board.id, card: id })
      : await leadBoard(board, locked ? 'section.unlock' : 'section.lock', { board: board.id, section: id })
  if (isDone) announce(locked ? m.board_said_unlocked({ what }) : m.board_said_locked({ what }))
}
