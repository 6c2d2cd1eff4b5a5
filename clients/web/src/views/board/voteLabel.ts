/* voteLabel.ts - a card's votes in words, for those who listen: what it has got, and what of that is one's own. */
import { m } from '../../i18n.svelte'
import type { Card } from '../../protocol'
import type { OpenedBoard } from './board.svelte'

export function votesOf(board: OpenedBoard, card: Card): string | undefined {
  const [total, mine] = [board.votes.totals.get(card.id) ?? 0, board.votes.open ? (board.votes.mine.get(card.id) ?? 0) : 0]
  const said = [total > 0 && m.vote_total({ count: total }), mine > 0 && m.vote_mine({ count: mine })].filter(Boolean)
  return said.length > 0 ? said.join(', ') : undefined
}
