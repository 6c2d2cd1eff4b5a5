/* bars.ts - why something cannot be changed, in words. */
import { m } from '../../i18n.svelte'
import type { Bar } from '../../store/board-lock'

/** In a word, where there is room for no more. */
export function nameBar(bar: Bar): string {
  return bar === 'look' ? m.board_look_short() : bar === 'section' ? m.board_locked_section_short() : m.board_locked_short()
}

export function sayBar(bar: Bar): string {
  return bar === 'look' ? m.board_bar_look() : bar === 'section' ? m.board_bar_section() : m.board_bar_card()
}
