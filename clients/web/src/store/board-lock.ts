/* board-lock.ts - what keeps somebody from changing a board or a part of it; the server's rules, seen before it is asked. Pure. */
import type { Card } from '../protocol'
import type { BoardState } from './board'

/** The board is for looking; the section is locked; the card is. */
export type Bar = 'look' | 'section' | 'card'

/** Whether this member leads the board: moderates it, or made it. */
export function leads(state: BoardState, member: string | undefined): boolean {
  return state.board.may_moderate || (member !== undefined && state.board.created_by.id === member)
}

/** What bars those who do not lead the board from changing it; a card of it; a card into, or the section itself. */
export function barOf(state: BoardState, what: { card?: Card; section?: string } = {}): Bar | undefined {
  if (state.board.mode === 'look') return 'look'
  const isLocked = (section: string | undefined) => section !== undefined && state.sections.get(section)?.locked === true
  if (isLocked(what.section) || isLocked(what.card?.section)) return 'section'
  return what.card?.locked ? 'card' : undefined
}
