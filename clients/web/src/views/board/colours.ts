/* colours.ts - the plasters that cards are made of, and their names: colour is never the only bearer. */
import { m } from '../../i18n.svelte'
import type { Colour } from '../../protocol'

export const colours: readonly Colour[] = ['kalk', 'ockra', 'puts', 'gronjord', 'arg', 'himmel', 'skymning']

export function nameOfColour(colour: Colour): string {
  switch (colour) {
    case 'kalk':
      return m.board_colour_kalk()
    case 'ockra':
      return m.board_colour_ockra()
    case 'puts':
      return m.board_colour_puts()
    case 'gronjord':
      return m.board_colour_gronjord()
    case 'arg':
      return m.board_colour_arg()
    case 'himmel':
      return m.board_colour_himmel()
    case 'skymning':
      return m.board_colour_skymning()
  }
}
