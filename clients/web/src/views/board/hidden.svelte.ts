/* hidden.svelte.ts - private writing on an open board: what one has written that nobody else sees, kept here until the server has
 * it, and what who leads does with the round. */
import { m } from '../../i18n.svelte'
import type { Card, Colour, HiddenCard, StreamEvent, WritingRound } from '../../protocol'
import { newId, newRandomId } from '../../protocol/id'
import type { BoardState } from '../../store/board'
import { addToDraft } from '../../store/drafts'
import { answered, isGone, keep, known, merged, nextOf, readKept, stranded, told, type OwnCard, type Unsent } from '../../store/hidden'
import { sync } from '../../sync'
import { sayError } from '../../text/errors'
import { isReason, isWorthRepeating } from '../../transport/errors'
import { announce } from '../../ui/announce.svelte'

/** What private writing needs of an open board. */
export interface WrittenBoard {
  readonly id: string
  readonly me: { id: string }
  readonly shown: BoardState | undefined
  /** With what has come since it was drawn. */
  readonly state: BoardState | undefined
  readonly stream: { readonly name: string }
  card(id: string | undefined): Card | undefined
  lookForDraft(): void
}

/** One's own in a round, at most; the server has the last word. */
export const MOST = 50
const SOON_MS = 600
const AGAIN_MS = 3_000

export class Hidden {
  /** One's own, as they are written here. */
  readonly mine: readonly OwnCard[] = $derived.by(() => merged(this.#known, this.#unsent, this.#places))
  readonly isAllSaved: boolean = $derived.by(() => nextOf(this.#known, this.#unsent) === undefined)
  /** The server cannot be reached, or says no: the words are here alone. */
  isHeldUp = $state(false)
  /** Whether this browser keeps what the server has not. */
  isKept = $state(true)
  /** Why a card is not taken, by card. */
  refusals = $state.raw<ReadonlyMap<string, string>>(new Map())
  #known = $state.raw<readonly HiddenCard[]>([])
  #unsent = $state.raw<readonly Unsent[]>([])
  /** Undefined until the board has been looked at. */
  #round: string | undefined
  #isSending = false
  #isClosed = false
  /** How many changes the server has answered: a list that was asked for before one of them is old. */
  #answers = 0
  #asking: ReturnType<typeof setTimeout> | undefined
  readonly #places = new Map<string, number>()
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #board: WrittenBoard

  constructor(board: WrittenBoard) {
    this.#board = board
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#asking)
    void this.#send()
  }

  get open(): WritingRound | undefined {
    return this.#board.shown?.writing
  }

  // --- one's own ---

  add(section: string | undefined, colour: Colour): string {
    const id = newRandomId()
    this.#tell({ id, section, colour, text: '' })
    return id
  }

  change(id: string, given: Partial<Pick<OwnCard, 'text' | 'section' | 'colour'>>): void {
    const card = this.mine.find((one) => one.id === id)
    if (!card || card.isRemoved) return
    const { section, text, colour } = { ...card, ...given }
    this.#tell({ id, section, text, colour })
  }

  remove(id: string): void {
    const card = this.mine.find((one) => one.id === id)
    if (!card) return
    if (this.#known.some((one) => one.id === id)) return this.#tell({ ...card, isDeleted: true })
    // It may be on its way: then it is to be deleted there, too.
    if (this.#isSending && !isGone(card)) this.#tell({ ...card, isDeleted: true })
    else this.#keep(this.#unsent.filter((one) => one.id !== id))
  }

  #tell(one: Unsent): void {
    this.#keep(told(this.#unsent, one))
    if (this.refusals.has(one.id)) this.refusals = new Map([...this.refusals].filter(([id]) => id !== one.id))
    this.#soon(SOON_MS)
  }

  #keep(unsent: readonly Unsent[]): void {
    this.#unsent = unsent
    this.isKept = keep(this.#board.me.id, this.#board.id, { round: this.#round ?? '', unsent })
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#send(), ms)
  }

  /** At once what is waiting: the panel is closed, or the page goes. */
  flush(): void {
    if (!this.isAllSaved) this.#soon(0)
  }

  /** One after the other, so that the last word comes last. */
  async #send(): Promise<void> {
    const round = this.#round
    const one = nextOf(this.#known, this.#unsent.filter((each) => !this.refusals.has(each.id)))
    if (this.#isSending || !round || !one) return
    this.#isSending = true
    try {
      const { id, section, text, colour } = one
      const at = { board: this.#board.id, round, draft: id }
      if (isGone(one)) await sync.ask('draft.delete', at)
      else await sync.ask('draft.put', { ...at, ...(section && { section }), text, colour })
      if (round !== this.#round) return
      this.isHeldUp = false
      this.#answers++
      this.#known = known(this.#known, one)
      this.#keep(answered(this.#unsent, one))
    } catch (error) {
      if (round === this.#round) this.#refused(one, error)
    } finally {
      this.#isSending = false
      if (!this.isHeldUp) this.#soon(0)
    }
  }

  #refused(one: Unsent, error: unknown): void {
    this.isHeldUp = isWorthRepeating(error)
    if (this.isHeldUp) return this.#isClosed ? undefined : this.#soon(AGAIN_MS)
    const isNow = this.#unsent.includes(one)
    // Its section has gone meanwhile.
    if (isNow && one.section && isReason(error, 'not_found')) return this.#keep(told(this.#unsent, { ...one, section: undefined }))
    this.refusals = new Map(this.refusals).set(one.id, sayError(error))
    this.#ask()
  }

  // --- the round ---

  /** The board has come to another state: a round may have begun or ended, also while we were away. */
  take(): void {
    const shown = this.#board.shown
    if (!shown) return
    const round = shown.writing?.id ?? ''
    if (round === this.#round) return
    const kept = readKept(this.#board.me.id, this.#board.id)
    if (kept && kept.round !== round) this.#strand(kept.unsent, shown)
    this.#round = round
    this.#places.clear()
    this.#known = []
    this.#unsent = kept?.round === round ? kept.unsent : []
    this.refusals = new Map()
    this.isHeldUp = false
    if (!round) return
    this.#ask()
    this.flush()
  }

  /** Words that came too late wait, as others that found no card, to be put on the board or thrown away. */
  #strand(unsent: readonly Unsent[], shown: BoardState): void {
    const texts = stranded(unsent, shown.cards)
    for (const text of texts) addToDraft(this.#board.stream.name, text)
    keep(this.#board.me.id, this.#board.id, { round: '', unsent: [] })
    if (texts.length === 0) return
    this.#board.lookForDraft()
    announce(m.hidden_said_stranded({ count: texts.length }))
  }

  /** Asks the server what it has: from here, and from one's other devices. */
  refresh(): void {
    this.#ask()
    this.flush()
  }

  #ask(): void {
    const [round, answers] = [this.#round, this.#answers]
    if (!round || this.#isClosed) return
    const again = () => {
      clearTimeout(this.#asking)
      this.#asking = setTimeout(() => this.#ask(), AGAIN_MS)
    }
    sync.ask('draft.list', { board: this.#board.id, round }).then(
      ({ drafts }) => {
        if (round !== this.#round) return
        if (this.#isSending || answers !== this.#answers) again()
        else this.#known = drafts
      },
      (error) => isWorthRepeating(error) && again(),
    )
  }

  /** What the round's beginning and end say, to everybody. */
  hear(event: Extract<StreamEvent, { type: `writing.${string}` }>): void {
    if (event.type === 'writing.begun') return announce(m.hidden_said_begun())
    announce(m.hidden_said_revealed({ count: event.body.cards }))
    const cards = this.#board.state?.cards
    if (this.#known.some((one) => !one.removed && !cards?.has(one.id))) void this.#takeBack(event.body.round)
  }

  /** What the board had no room for comes back to its writer. */
  async #takeBack(round: string): Promise<void> {
    const at = { board: this.#board.id, round }
    const { drafts } = await sync.ask('draft.list', at).catch(() => ({ drafts: [] }))
    for (const one of drafts) {
      if (!one.removed) addToDraft(this.#board.stream.name, one.text)
      await sync.ask('draft.delete', { ...at, draft: one.id }).catch(() => {})
    }
    if (drafts.length > 0) this.#board.lookForDraft()
  }

  // --- for who leads ---

  async begin(title: string): Promise<void> {
    await sync.now('writing.begin', { board: this.#board.id, round: newId(), ...(title && { title }) })
  }

  async reveal(round: string): Promise<{ cards: number; left: number }> {
    return sync.now('writing.reveal', { board: this.#board.id, round })
  }

  async review(round: string): Promise<readonly HiddenCard[]> {
    return (await sync.ask('draft.review', { board: this.#board.id, round })).drafts
  }

  async takeOut(round: string, draft: string): Promise<void> {
    await sync.ask('draft.remove', { board: this.#board.id, round, draft })
  }
}
