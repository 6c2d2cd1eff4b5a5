/* board.ts - a board's stream as state. Pure: no network, DOM or clock.
 *
 * Cards and sections are held by id, and beside them the ids of each section's cards in order, so that a move on
 * a board of 5,000 cards touches one list and not all. A state is never changed: a batch of events copies what
 * it touches once (Draft). */
import { never, type Board, type Card, type Section, type Snapshot, type StreamEvent, type WritingRound } from '../protocol'
import type { Change, Myself, StreamKind } from '../sync/kind'
import { isBefore, type Ordered } from './board-order'
import { voted, type Rounds } from './votes'

/** The list that a card stands in: its section, or '' for those that lie loose on the board. */
export type Group = string
export const LOOSE: Group = ''
export const groupOf = (card: { section?: string }): Group => card.section ?? LOOSE

export interface BoardState {
  readonly board: Board
  readonly cards: ReadonlyMap<string, Card>
  readonly sections: ReadonlyMap<string, Section>
  /** Ids of the cards of each group, in order. A group that never had a card is absent. */
  readonly inOrder: ReadonlyMap<Group, readonly string[]>
  /** Sections in order. */
  readonly sectionOrder: readonly string[]
  /** Cards that were deleted while we looked, so that they can be shown again before the server has answered. */
  readonly deleted: ReadonlyMap<string, Card>
  /** Who last wrote on a card while we looked, by card: nobody's words are undone by another. */
  readonly writers: ReadonlyMap<string, string>
  /** Rounds of votes, the newest first. */
  readonly rounds: Rounds
  /** The open round of private writing. */
  readonly writing?: WritingRound
}

export const CARD_WIDTH = 160
export const CARD_HEIGHT = 128

export const boardKind: StreamKind<BoardState> = {
  name: 'board',
  fromSnapshot: (snapshot, mayModerate) => {
    const { board, sections, cards, rounds, writing } = snapshot as Snapshot<'board'>
    return load({ board: { ...board, may_moderate: mayModerate }, sections, cards, rounds, writing: writing?.[0] })
  },
  apply,
  foresee: (state, change, me) => {
    if (!state) return change.method === 'board.create' ? newBoard(change, me) : undefined
    const draft = new Draft(state)
    foresee(draft, change, me)
    return draft.done()
  },
  foreseeAll: (state, changes, me) => {
    const draft = new Draft(state)
    for (const change of changes) foresee(draft, change, me)
    return draft.done()
  },
}

interface Loaded {
  board: Board
  sections: Section[]
  cards: Card[]
  rounds?: Rounds
  writing?: WritingRound
}

export function load({ board, sections, cards, rounds = [], writing }: Loaded): BoardState {
  const draft = new Draft({
    board,
    cards: new Map(),
    sections: new Map(),
    inOrder: new Map(),
    sectionOrder: [],
    deleted: new Map(),
    writers: new Map(),
    rounds,
    writing,
  })
  for (const section of sections) draft.putSection(section)
  for (const card of cards) draft.putCard(card)
  return draft.done()
}

export function apply(state: BoardState, events: readonly StreamEvent[]): BoardState {
  const draft = new Draft(state)
  for (const event of events) applyOne(draft, event)
  return draft.done()
}

/** A board as it would be with this card on it, or lying as it does here: to try places before anything is sent. */
export function withCard(state: BoardState, card: Card): BoardState {
  const draft = new Draft(state)
  draft.putCard(card)
  return draft.done()
}

export function withSection(state: BoardState, section: Section): BoardState {
  const draft = new Draft(state)
  draft.putSection(section)
  return draft.done()
}

type BoardEvent = Extract<StreamEvent, { type: `board.${string}` | `section.${string}` | `card.${string}` | `timer.${string}` | `vote.${string}` | `writing.${string}` }>

function isOfBoard(event: StreamEvent): event is BoardEvent {
  return /^(board|section|card|timer|vote|writing)\./.test(event.type)
}

function applyOne(draft: Draft, event: StreamEvent): void {
  if (!isOfBoard(event)) return
  switch (event.type) {
    case 'board.created':
      return // its own snapshot says it all
    case 'board.renamed':
      return draft.changeBoard({ title: event.body.title })
    case 'board.mode_set':
      return draft.changeBoard({ mode: event.body.mode })
    case 'timer.started':
    case 'timer.paused':
    case 'timer.resumed':
    case 'timer.extended':
      return draft.changeBoard({ timer: event.body.timer })
    case 'timer.stopped':
      return draft.changeBoard({ timer: undefined })
    case 'section.locked':
      return draft.changeSection(event.body.section, { locked: true })
    case 'section.unlocked':
      return draft.changeSection(event.body.section, { locked: undefined })
    case 'card.locked':
      return draft.changeCard(event.body.card, { locked: true })
    case 'card.unlocked':
      return draft.changeCard(event.body.card, { locked: undefined })
    case 'section.created':
      return draft.putSection(event.body.section)
    case 'section.changed': {
      const { section, ...given } = event.body
      return draft.changeSection(section, given)
    }
    case 'section.deleted':
      return draft.deleteSection(event.body.section)
    case 'card.created':
    case 'card.restored':
      return draft.putCard(event.body.card)
    case 'card.moved': {
      const { card, section, x, y, order } = event.body
      return draft.changeCard(card, { section, x, y, order })
    }
    case 'card.resized':
      return draft.changeCard(event.body.card, { width: event.body.width, height: event.body.height })
    case 'card.edited':
      return draft.write(event.body.card, event.body.text, event.body.revision, event.actor)
    case 'card.recoloured':
      return draft.changeCard(event.body.card, { colour: event.body.colour })
    case 'card.deleted':
      return draft.deleteCard(event.body.card)
    case 'vote.opened':
    case 'vote.cast':
    case 'vote.closed':
      return draft.vote(event)
    case 'writing.begun':
      return draft.writeHidden(event.body.round)
    case 'writing.revealed':
      return draft.writeHidden(undefined)
    default:
      never(event)
  }
}

/** What an own change will come to. On a state that has it already, or whose object is gone, it changes nothing. */
function foresee(draft: Draft, change: Change, me: Myself): void {
  switch (change.method) {
    case 'board.rename':
      return draft.changeBoard({ title: change.params.title })
    case 'section.create': {
      const { section, title, x, y, width, height, order } = change.params
      if (!draft.hasSection(section)) draft.putSection({ id: section, title, x, y, width, height, order })
      return
    }
    case 'section.change': {
      const { board: _board, section, ...given } = change.params
      return draft.changeSection(section, given)
    }
    case 'section.delete':
      return draft.deleteSection(change.params.section)
    case 'card.create': {
      const { card, section, text, colour, x, y, width = CARD_WIDTH, height = CARD_HEIGHT, order } = change.params
      if (draft.card(card) || draft.isDeleted(card)) return
      const made: Card = { id: card, section, text, revision: 1, colour, x, y, width, height, order, author: me, created_at: change.at }
      return draft.putCard(made)
    }
    case 'card.move': {
      const { card, section, x, y, order } = change.params
      return draft.changeCard(card, { section, x, y, order })
    }
    case 'card.resize':
      return draft.changeCard(change.params.card, { width: change.params.width, height: change.params.height })
    case 'card.edit': {
      // Counted up, so that what is written next is based on it. Stale ones show nothing: the server refuses them.
      const { card, text, revision } = change.params
      if (draft.card(card)?.revision === revision) draft.write(card, text, revision + 1, me.id)
      return
    }
    case 'card.recolour':
      return draft.changeCard(change.params.card, { colour: change.params.colour })
    case 'card.delete':
      return draft.deleteCard(change.params.card)
    case 'card.restore':
      return draft.restoreCard(change.params.card)
    default:
      return
  }
}

function newBoard(change: Change & { method: 'board.create' }, me: Myself): BoardState {
  const { board, space, title } = change.params
  return load({
    board: {
      id: board,
      space: { id: space, name: '', openness: 'network' },
      title,
      created_by: me,
      created_at: change.at,
      mode: 'write',
      may_moderate: false,
    },
    sections: [],
    cards: [],
  })
}

const KEPT_DELETED = 500

/** A state being changed: each part is copied when it is first touched. */
class Draft {
  #state: BoardState
  #isCopied = new Set<keyof BoardState | `group ${Group}`>()

  constructor(state: BoardState) {
    this.#state = state
  }

  done(): BoardState {
    return this.#state
  }

  card(id: string): Card | undefined {
    return this.#state.cards.get(id)
  }

  hasSection(id: string): boolean {
    return this.#state.sections.has(id)
  }

  isDeleted(id: string): boolean {
    return this.#state.deleted.has(id)
  }

  changeBoard(given: Partial<Board>): void {
    const board = { ...this.#state.board, ...given }
    if (!isSame(this.#state.board, board)) this.#state = { ...this.#state, board }
  }

  vote(event: Parameters<typeof voted>[1]): void {
    this.#state = { ...this.#state, rounds: voted(this.#state.rounds, event) }
  }

  writeHidden(writing: WritingRound | undefined): void {
    this.#state = { ...this.#state, writing }
  }

  putCard(card: Card): void {
    this.#unlist(card.id)
    this.#map('cards').set(card.id, card)
    this.#list(card)
    if (this.#state.deleted.has(card.id)) this.#map('deleted').delete(card.id)
  }

  changeCard(id: string, given: Partial<Card>): void {
    const old = this.#state.cards.get(id)
    if (!old) return
    const card = { ...old, ...given }
    if (isSame(old, card)) return
    const isMoved = groupOf(old) !== groupOf(card) || old.order !== card.order
    if (isMoved) this.#unlist(id)
    this.#map('cards').set(id, card)
    if (isMoved) this.#list(card)
  }

  write(id: string, text: string, revision: number, writer: string | undefined): void {
    const old = this.#state.cards.get(id)
    if (!old || old.revision >= revision) return
    this.#map('cards').set(id, { ...old, text, revision })
    if (writer && this.#state.writers.get(id) !== writer) this.#map('writers').set(id, writer)
  }

  deleteCard(id: string): void {
    const card = this.#state.cards.get(id)
    if (!card) return
    this.#unlist(id)
    this.#map('cards').delete(id)
    const deleted = this.#map('deleted')
    deleted.set(id, card)
    if (deleted.size > KEPT_DELETED) deleted.delete(deleted.keys().next().value!)
  }

  restoreCard(id: string): void {
    const card = this.#state.deleted.get(id)
    if (!card) return
    this.putCard(card.section !== undefined && !this.hasSection(card.section) ? { ...card, section: undefined } : card)
  }

  putSection(section: Section): void {
    this.#map('sections').set(section.id, section)
    this.#sortSections()
  }

  changeSection(id: string, given: Partial<Section>): void {
    const old = this.#state.sections.get(id)
    if (!old) return
    const section = { ...old, ...given }
    if (isSame(old, section)) return
    this.#map('sections').set(id, section)
    if (old.order !== section.order) this.#sortSections()
  }

  /** Its cards stay where they are and lie loose. */
  deleteSection(id: string): void {
    if (!this.hasSection(id)) return
    for (const card of [...(this.#state.inOrder.get(id) ?? [])]) this.changeCard(card, { section: undefined })
    this.#map('sections').delete(id)
    this.#map('inOrder').delete(id)
    this.#sortSections()
  }

  // --- inside ---

  #sortSections(): void {
    const sections = [...this.#state.sections.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1))
    this.#state = { ...this.#state, sectionOrder: sections.map((section) => section.id) }
  }

  #list(card: Card): void {
    const ids = this.#group(groupOf(card))
    ids.splice(this.#placeOf(ids, card), 0, card.id)
  }

  /** Taken out under the key that it was put in by, so before the card changes. */
  #unlist(id: string): void {
    const card = this.#state.cards.get(id)
    if (!card) return
    const ids = this.#group(groupOf(card))
    const place = this.#placeOf(ids, card)
    if (ids[place] === id) ids.splice(place, 1)
  }

  /** The first place whose card is not before `card`. */
  #placeOf(ids: readonly string[], card: Ordered): number {
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.#state.cards.get(ids[middle]!)!, card)) low = middle + 1
      else high = middle
    }
    return low
  }

  #group(group: Group): string[] {
    const groups = this.#map('inOrder')
    const ids = groups.get(group) as string[] | undefined
    if (ids && this.#isCopied.has(`group ${group}`)) return ids
    const copy = ids ? [...ids] : []
    groups.set(group, copy)
    this.#isCopied.add(`group ${group}`)
    return copy
  }

  #map<K extends 'cards' | 'sections' | 'inOrder' | 'deleted' | 'writers'>(part: K): MapOf<K> {
    if (!this.#isCopied.has(part)) {
      this.#isCopied.add(part)
      this.#state = { ...this.#state, [part]: new Map<string, unknown>(this.#state[part]) }
    }
    return this.#state[part] as unknown as MapOf<K>
  }
}

type MapOf<K extends keyof BoardState> = BoardState[K] extends ReadonlyMap<infer Key, infer Value> ? Map<Key, Value> : never

/** Whether nothing differs, one level deep: what changes nothing must not wake anybody. */
function isSame<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(b) as (keyof T)[]
  return keys.every((key) => a[key] === b[key])
}
