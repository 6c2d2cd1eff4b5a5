/* log.ts - what the others did, summed into a line for those who listen rather than look. Pure. */
import { m } from '../../i18n.svelte'
import type { StreamEvent } from '../../protocol'
import type { BoardState } from '../../store/board'

export type Deed = 'added' | 'moved' | 'edited' | 'recoloured' | 'resized' | 'deleted' | 'section'

/** Something that somebody else did, as the board knew it then. */
export interface Heard {
  readonly deed: Deed
  readonly who: string
  readonly what: string
  /** The section it was done in; empty for what lies loose. */
  readonly where: string
}

const deeds: Partial<Record<StreamEvent['type'], Deed>> = {
  'card.created': 'added',
  'card.restored': 'added',
  'card.moved': 'moved',
  'card.edited': 'edited',
  'card.recoloured': 'recoloured',
  'card.resized': 'resized',
  'card.deleted': 'deleted',
  'section.created': 'section',
  'section.changed': 'section',
  'section.deleted': 'section',
}

/** `state` is the board after the event; what is deleted is found among the deleted. */
export function hear(event: StreamEvent, state: BoardState, nameOf: (member: string | undefined) => string): Heard | undefined {
  const deed = deeds[event.type]
  if (!deed) return undefined
  const body = event.body as { card?: string | { id: string }; section?: string | { title: string } }
  if (deed === 'section') {
    const what = typeof body.section === 'string' ? (state.sections.get(body.section)?.title ?? '') : (body.section?.title ?? '')
    return { deed, who: nameOf(event.actor), what, where: '' }
  }
  const id = typeof body.card === 'string' ? body.card : (body.card?.id ?? '')
  const card = state.cards.get(id) ?? state.deleted.get(id)
  const where = card?.section === undefined ? '' : (state.sections.get(card.section)?.title ?? '')
  return { deed, who: nameOf(event.actor), what: labelOf(card?.text ?? ''), where }
}

const LABEL_LONG = 40

/** What a card is called in a sentence. */
export function labelOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line === '') return m.board_empty_card()
  const short = line.length > LABEL_LONG ? `${line.slice(0, LABEL_LONG - 1).trimEnd()}…` : line
  return m.board_quoted({ text: short })
}

const GROUPS_SAID = 2

/** One line of at most two thoughts: '12 lappar flyttade i Idéer. 3 nya lappar i Nästa steg.' */
export function sum(heard: readonly Heard[]): string {
  const groups = new Map<string, Heard[]>()
  for (const one of heard) {
    const key = `${one.deed} ${one.where}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const largest = [...groups.values()].sort((a, b) => b.length - a.length)
  const said = largest.slice(0, GROUPS_SAID).map(sayGroup)
  const rest = largest.slice(GROUPS_SAID).reduce((count, group) => count + group.length, 0)
  if (rest > 0) said.push(m.board_log_more({ count: rest }))
  return said.join(' ')
}

function sayGroup(group: readonly Heard[]): string {
  const [{ deed, who, what, where }] = group as [Heard]
  // One card touched many times is still one card.
  const count = new Set(group.map((one) => one.what)).size
  const whose = group.every((one) => one.who === who) ? who : m.board_several_people()
  const place = where === '' ? m.board_loose_in_text() : m.board_in({ where })
  if (count === 1) {
    switch (deed) {
      case 'added':
        return m.board_log_added({ who: whose, what, where: place })
      case 'moved':
        return m.board_log_moved({ who: whose, what, where: place })
      case 'edited':
        return m.board_log_edited({ who: whose, what })
      case 'recoloured':
        return m.board_log_recoloured({ who: whose, what })
      case 'resized':
        return m.board_log_resized({ who: whose, what })
      case 'deleted':
        return m.board_log_deleted({ who: whose, what })
      case 'section':
        return m.board_log_section({ who: whose, what })
    }
  }
  switch (deed) {
    case 'added':
      return m.board_log_added_many({ count, where: place })
    case 'moved':
      return m.board_log_moved_many({ count, where: place })
    case 'edited':
      return m.board_log_edited_many({ count, where: place })
    case 'recoloured':
    case 'resized':
      return m.board_log_changed_many({ count, where: place })
    case 'deleted':
      return m.board_log_deleted_many({ count, where: place })
    case 'section':
      return m.board_log_section_many({ count })
  }
}
