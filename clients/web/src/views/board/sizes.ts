/* sizes.ts - the sizes that a card can be given without dragging. */
import { m } from '../../i18n.svelte'

export const sizes = [
  { name: 'normal', width: 160, height: 128, label: () => m.board_size_normal() },
  { name: 'wide', width: 336, height: 128, label: () => m.board_size_wide() },
  { name: 'large', width: 336, height: 272, label: () => m.board_size_large() },
] as const
