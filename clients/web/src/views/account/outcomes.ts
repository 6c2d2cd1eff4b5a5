import { m } from '../../i18n.svelte'
import type { RedeemOutcome } from '../../session.svelte'

/** Why a link or code did not let anybody in. */
export function sayRedeem(outcome: RedeemOutcome, proof: 'link' | 'code'): string {
  switch (outcome) {
    case 'link_invalid':
      return proof === 'link' ? m.link_invalid() : m.code_invalid()
    case 'other_browser':
      return m.other_browser()
    case 'too_many':
      return m.too_many()
    default:
      return m.error_no_answer()
  }
}
