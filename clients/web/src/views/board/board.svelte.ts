/* board.svelte.ts - an open board as its views share it: what is shown, where the focus is, what is being moved or
 * written. Karta and Lista are two looks at this one thing. */
import { tick, untrack } from 'svelte'
import { editCard } from '../../actions/board/editCard'
import { deleteCard } from '../../actions/board/deleteCard'
import { deleteSection } from '../../actions/board/deleteSection'
import type { OpenBoard } from '../../actions/board/openBoard'
import { discardEmpty, writeFirst } from '../../actions/board/writeFirst'
import { m } from '../../i18n.svelte'
import type { Card, Colour, Me, Person, Section, StreamEvent } from '../../protocol'
import type { BoardState } from '../../store/board'
import { CardGrid } from '../../store/board-grid'
import { barOf, leads, type Bar } from '../../store/board-lock'
import { boundsOf, cardsOf, neighbourOf, type Point, type Rect } from '../../store/board-query'
import { addToDraft, keepDraft, readDraft } from '../../store/drafts'
import { leftOf } from '../../store/timer'
import { serverClock, sync, type Edit, type Step, type Stream } from '../../sync'
import { announce } from '../../ui/announce.svelte'
import { Listener } from './listener.svelte'
import { sayBar } from './bars'
import { hear, labelOf } from './log'
import { Moves } from './moves.svelte'
import { Others, Said } from './others.svelte'
import { Selection } from './selection.svelte'
import { sayStarted, sayTime } from './time'
import { View } from './view.svelte'
import { Votes } from './votes.svelte'
import { Hidden } from './hidden.svelte'

export interface Target {
  readonly kind: 'card' | 'section'
  readonly id: string
}
/** With `many` a drag draws a rectangle around what is selected, and a press on a card selects it too. */
export type Tool = 'select' | 'many' | 'card' | 'section'

/** A card being written on. It stays where it was when the writing began, whatever others do with it. */
export interface Writing {
  readonly id: string
  readonly revision: number
  readonly before: string
  readonly at: Point
  /** Just put there: its first words belong to putting it there. */
  readonly isNew: boolean
}

/** Somebody wrote on the same card meanwhile: both texts are shown. */
export interface Conflict {
  readonly card: string
  readonly mine: string
}

const wholeSeconds = (ms: number) => Math.round(ms / 1000) * 1000

export class OpenedBoard implements OpenBoard {
  readonly id: string
  readonly stream: Stream<BoardState>
  /** The board as drawn: all that came in is taken over once per frame. */
  shown = $state.raw<BoardState>()
  focus = $state.raw<Target>()
  tool = $state<Tool>('select')
  writing = $state.raw<Writing>()
  conflict = $state.raw<Conflict>()
  /** A card that may not be written on, but is to be read whole. */
  reading = $state<string>()
  /** Why what was just asked for could not be done; a line to be read. */
  trouble = $state('')
  /** The last chosen; the next card has it. */
  colour = $state<Colour>('ockra')
  /** What was written and found no card; from now or from an earlier visit. */
  draft = $state('')
  /** Something that is to be read about what one did, until it is closed. */
  notice = $state('')
  /** Changes whenever a card or section should take the keyboard's focus, where it is shown. */
  focusWish = $state(0)
  /** Whether whoever works here does so in Lista, or in a dialog that was opened from there: the wish is for Lista. */
  isInLista = false
  readonly view = new View()
  readonly others = new Others()
  readonly said: Said
  readonly listener = new Listener()
  readonly moves: Moves
  readonly votes: Votes
  readonly hidden: Hidden
  readonly selection: Selection
  readonly grid = new CardGrid()
  readonly #me: () => Me
  #names = new Map<string, string>()
  #frame = 0
  #stops: (() => void)[]

  constructor(stream: Stream<BoardState>, me: () => Me) {
    this.stream = stream
    this.id = stream.name.slice('board:'.length)
    this.#me = me
    this.said = new Said((state) => stream.setPresence(state))
    this.moves = new Moves(this)
    this.votes = new Votes(this)
    this.hidden = new Hidden(this)
    this.selection = new Selection(this)
    this.#stops = [stream.onChange(() => this.#soon()), stream.onEvents((events) => this.#hear(events))]
    untrack(() => this.take())
    this.lookForDraft()
    this.said.change({ away: document.hidden })
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.said.stop()
    this.hidden.close()
    this.listener.stop()
    for (const stop of this.#stops) stop()
  }

  // --- what is there ---

  get state(): BoardState | undefined {
    return this.stream.state
  }

  get me(): Person {
    const me = this.#me()
    return { id: me.member, name: me.name, organisation: me.organisation }
  }

  /** Whether one leads what is done here: who made the board, and its facilitators. */
  get mayLead(): boolean {
    return this.shown !== undefined && leads(this.shown, this.#me().member)
  }

  get history() {
    return sync.history(this.stream.name)
  }

  get bounds(): Rect | undefined {
    return this.shown && boundsOf(this.shown)
  }

  card(id: string | undefined): Card | undefined {
    return id === undefined ? undefined : this.shown?.cards.get(id)
  }

  section(id: string | undefined): Section | undefined {
    return id === undefined ? undefined : this.shown?.sections.get(id)
  }

  /** The newest card, one's own before others'. */
  newest(): string | undefined {
    const isOwn = (card: Card | undefined) => card?.author.id === this.#me().member
    let newest: Card | undefined
    for (const card of this.shown?.cards.values() ?? []) {
      const isSooner = isOwn(card) === isOwn(newest) ? card.created_at > (newest?.created_at ?? 0) : isOwn(card)
      if (isSooner) newest = card
    }
    return newest?.id
  }

  get focusedCard(): Card | undefined {
    return this.focus?.kind === 'card' ? this.card(this.focus.id) : undefined
  }

  get focusedSection(): Section | undefined {
    return this.focus?.kind === 'section' ? this.section(this.focus.id) : undefined
  }

  run(step: Step): void {
    const { label, forward, backward } = step
    this.history.run({ label, forward: () => this.#allowed(forward()), backward: () => this.#allowed(backward()) })
    this.take()
  }

  send(edit: Edit): void {
    if (this.#allowed([edit]).length > 0) edit.send((method, params, optimistic) => sync.change(method, params, optimistic as never))
    this.take()
  }

  /** Where a card is drawn: in one's hand, under one's pen, in somebody's hand, or where it lies. */
  placeOf(card: Card): Point {
    const own = this.moves.placeOf(card)
    if (own) return own
    if (this.writing?.id === card.id) return this.writing.at
    const held = this.others.held.get(card.id)
    return held ? { x: card.x + held.dx, y: card.y + held.dy } : card
  }

  // --- what may be changed ---

  get isForLooking(): boolean {
    return this.shown?.board.mode === 'look'
  }

  /** What keeps us from changing the board, a card (which may be going to a section), or a section; undefined when nothing does. */
  barOf(card?: Card, section?: string): Bar | undefined {
    const state = this.shown
    return state && !leads(state, this.#me().member) ? barOf(state, { card, section }) : undefined
  }

  /** The same of what is chosen. */
  barOfTarget(target: Target | undefined): Bar | undefined {
    return target?.kind === 'section' ? this.barOf(undefined, target.id) : this.barOf(this.card(target?.id))
  }

  /** Says why not, when something keeps us from it. */
  stops(card?: Card, section?: string): boolean {
    return this.#said(this.barOf(card, section))
  }

  stopsTarget(target: Target | undefined): boolean {
    return this.#said(this.barOfTarget(target))
  }

  #said(bar: Bar | undefined): boolean {
    if (bar) announce(sayBar(bar))
    return bar !== undefined
  }

  /** Nothing of a step that the server would refuse is sent, and what was written for it is kept. */
  #allowed(edits: readonly Edit[]): readonly Edit[] {
    this.take()
    const barred = edits.map(({ change }) => this.#barOfEdit(change.params)).find((bar) => bar !== undefined)
    if (!barred) return edits
    const texts = edits.flatMap(({ change }) => (change.method === 'card.edit' || change.method === 'card.create') && 'text' in change.params ? [change.params.text] : [])
    const said = this.#kept(texts.join('\n')) ? m.board_said_kept_as_draft({ why: sayBar(barred) }) : sayBar(barred)
    queueMicrotask(() => announce(said)) // after what whoever asked for it says of it
    return []
  }

  #barOfEdit(params: object): Bar | undefined {
    const { card, section } = params as { card?: string; section?: string }
    return this.barOf(this.card(card), section)
  }

  #kept(text: string): boolean {
    if (text.trim() === '') return false
    addToDraft(this.stream.name, text)
    this.lookForDraft()
    return true
  }

  // --- focus ---

  focusOn(target: Target | undefined, how: { takesKeys?: boolean; isShown?: boolean } = {}): void {
    const { takesKeys = true, isShown = true } = how
    this.focus = target
    if (!target) return
    const thing = target.kind === 'card' ? this.card(target.id) : this.section(target.id)
    if (thing && isShown) this.view.reveal(thing)
    if (takesKeys) this.focusWish++
  }

  // --- writing ---

  write(id: string, isNew = false): void {
    const card = this.card(id)
    if (!card || this.writing?.id === id) return
    if (this.barOf(card)) return void (this.reading = id)
    this.selection.clear(true)
    this.focus = { kind: 'card', id }
    this.writing = { id, revision: card.revision, before: card.text, at: this.placeOf(card), isNew }
    this.said.change({ editing: id })
    this.view.reveal(card)
  }

  /** Takes what was written. Nothing that somebody has written is lost: not theirs, and not ours. */
  written(text: string): void {
    const writing = this.writing
    if (!writing) return
    this.writing = undefined
    this.said.change({ editing: undefined })
    this.take()
    const card = this.state?.cards.get(writing.id)
    if (!card) return this.orphaned(writing, text)
    if (writing.isNew && card.revision === writing.revision) {
      if (text.trim() === '') discardEmpty(this, writing.id)
      else writeFirst(this, writing.id, text)
      return
    }
    const isOvertaken = card.revision !== writing.revision && card.text !== writing.before
    if (text === writing.before || text === card.text) return
    if (isOvertaken) this.conflict = { card: writing.id, mine: text }
    else editCard(this, writing.id, text, card.revision, writing.before)
  }

  /** What was written on a card that is gone, or that has been closed to us, is kept as a draft. */
  orphaned(writing: Writing, text: string): void {
    this.said.change({ editing: undefined })
    if (text === writing.before || !this.#kept(text)) return
    const bar = this.barOf(this.card(writing.id))
    announce(bar ? m.board_said_kept_as_draft({ why: sayBar(bar) }) : m.board_said_deleted_while_writing())
  }

  /** The server refused a text because somebody's came first. */
  refused(card: string, mine: string): void {
    const now = this.state?.cards.get(card)
    if (now && now.text !== mine) this.conflict = { card, mine }
    else if (!now) addToDraft(this.stream.name, mine)
    this.lookForDraft()
  }

  lookForDraft(): void {
    this.draft = readDraft(this.stream.name)
  }

  dropDraft(): void {
    keepDraft(this.stream.name, '')
    this.draft = ''
  }

  settle(text: string): void {
    const conflict = this.conflict
    this.conflict = undefined
    const card = this.state?.cards.get(conflict?.card ?? '')
    if (conflict && card) editCard(this, conflict.card, text, card.revision, card.text)
    if (conflict) this.focusOn({ kind: 'card', id: conflict.card })
  }

  // --- taking away, and back ---

  remove(target: Target): void {
    if (!this.state || this.stopsTarget(target)) return
    if (target.kind === 'section') {
      if (!this.mayLead && cardsOf(this.state, target.id).some((card) => card.locked)) return void this.#said('card')
      const title = this.section(target.id)?.title ?? ''
      deleteSection(this, target.id)
      if (this.focus?.id === target.id) this.focusOn(undefined)
      return announce(m.board_said_section_deleted({ title }))
    }
    const next = neighbourOf(this.state, target.id)
    const label = labelOf(this.card(target.id)?.text ?? '')
    deleteCard(this, target.id)
    this.focusOn(next === undefined ? undefined : { kind: 'card', id: next })
    announce(m.board_said_deleted({ what: label }))
  }

  undo(): void {
    if (this.stops()) return
    const label = this.history.undo()
    this.take()
    announce(label === undefined ? m.board_said_nothing_to_undo() : m.board_said_undone({ what: label }))
  }

  redo(): void {
    if (this.stops()) return
    const label = this.history.redo()
    this.take()
    announce(label === undefined ? m.board_said_nothing_to_redo() : m.board_said_redone({ what: label }))
  }

  // --- what comes in ---

  /** Takes over what is known now. */
  take(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    const before = this.shown
    const next = this.stream.state
    if (next === before) return
    this.shown = next
    if (next) this.grid.update(next.cards)
    this.votes.take()
    this.hidden.take()
    if (next) this.selection.keep(next)
    if (next) this.#letGo(next)
    if (before && next) this.#keepFocus(before, next)
  }

  nameOf(member: string | undefined): string {
    if (member === undefined) return m.board_somebody()
    const known = this.#names.get(member) ?? this.others.peers.find((peer) => peer.member === member)?.name
    if (known !== undefined) {
      this.#names.set(member, known)
      return known
    }
    for (const card of this.shown?.cards.values() ?? []) this.#names.set(card.author.id, card.author.name)
    return this.#names.get(member) ?? m.board_somebody()
  }

  /** If a focused card has been deleted by somebody, the focus goes to its neighbour, and it is said. */
  #keepFocus(before: BoardState, next: BoardState): void {
    const { focus, writing } = this
    if (writing && !next.cards.has(writing.id)) this.writing = undefined
    if (!focus) return
    const isGone = focus.kind === 'card' ? !next.cards.has(focus.id) : !next.sections.has(focus.id)
    if (!isGone) return
    if (focus.kind === 'section') {
      this.focus = undefined
      return
    }
    const gone = before.cards.get(focus.id)
    const neighbour = neighbourOf(before, focus.id)
    const card = neighbour === undefined ? undefined : next.cards.get(neighbour)
    this.focus = card && { kind: 'card', id: card.id }
    if (card) this.focusWish++
    if (!this.#deletedByOthers.delete(focus.id)) return
    const what = labelOf(gone?.text ?? '')
    announce(card ? m.board_said_gone_focus({ what, next: labelOf(card.text) }) : m.board_said_gone({ what }))
  }

  /** Under our hands the board was closed to us, or a part of it: nothing is lost that was under way. */
  #letGo(state: BoardState): void {
    const { writing, moves } = this
    if (writing && this.barOf(state.cards.get(writing.id))) this.writing = undefined
    const held = moves.moving?.target ?? moves.sizing?.target
    if (held && this.barOfTarget(held)) {
      moves.cancel()
      this.stopsTarget(held)
    }
    if (this.tool !== 'select' && this.barOf()) this.tool = 'select'
  }

  #deletedByOthers = new Set<string>()

  #hear(events: readonly StreamEvent[]): void {
    const state = this.stream.state
    const me = this.#me().member
    if (!state) return
    for (const event of events) {
      if (event.type === 'vote.opened' || event.type === 'vote.closed') this.votes.hear(event)
      this.#tellLed(event)
      if (event.type === 'writing.begun' || event.type === 'writing.revealed') this.hidden.hear(event)
      if (event.actor === me) continue
      // Revealed with many others, of which is said how many.
      if (event.type === 'card.created' && event.body.card.author.id !== event.actor) continue
      if (event.type === 'card.deleted') this.#deletedByOthers.add(event.body.card)
      const heard = hear(event, state, (member) => this.nameOf(member))
      if (heard) this.listener.hear(heard)
    }
  }

  /** What whoever leads has done is said to all, themselves too. */
  #tellLed(event: StreamEvent): void {
    if (event.type === 'timer.started') announce(sayStarted(event.body.timer))
    else if (event.type === 'timer.extended') announce(m.board_said_timer_extended({ time: sayTime(wholeSeconds(leftOf(event.body.timer, serverClock.now ?? event.at))) }))
    else if (event.type === 'board.mode_set') announce(event.body.mode === 'look' ? m.board_said_look() : m.board_said_write())
  }

  #soon(): void {
    if (this.#frame) return
    // A page out of sight draws no frames, and must not fall behind for that.
    if (document.hidden) return void tick().then(() => this.take())
    this.#frame = requestAnimationFrame(() => this.take())
  }
}
