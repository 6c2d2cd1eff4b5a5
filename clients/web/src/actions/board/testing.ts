/* testing.ts - a board that is only a state, for tests of what actions send and what undo takes back. */
import type { Card, Section } from '../../protocol'
import { boardKind, load, type BoardState } from '../../store/board'
import type { Change, Edit, Step } from '../../sync'
import type { OpenBoard } from './openBoard'

export const me = { id: 'me', name: 'Projektledare', organisation: { id: 'o', short: 'slk', name: 'Stadsledningskontoret' } }
export const them = { ...me, id: 'them' }
export const section = (id: string, given: Partial<Section> = {}): Section => ({ id, title: id, x: 0, y: 0, width: 560, height: 420, order: 'a0', ...given })
export const card = (id: string, given: Partial<Card> = {}): Card => ({
  id, text: id, revision: 1, colour: 'kalk', x: 0, y: 0, width: 160, height: 128, order: 'a0', author: them, created_at: 0, ...given,
})

export class TestBoard implements OpenBoard {
  id = 'b'
  me = me
  state: BoardState | undefined
  steps: Step[] = []
  sent: { method: string; params: Record<string, unknown> }[] = []

  constructor(cards: Card[], sections: Section[] = []) {
    const board = { id: 'b', space: { id: 's', name: '', openness: 'network' as const }, title: 'T', created_by: me, created_at: 0, mode: 'write' as const, may_moderate: false }
    this.state = load({ board, cards, sections })
  }

  run(step: Step): void {
    this.steps.push(step)
    this.take(step.forward())
  }
  send(edit: Edit): void {
    this.take([edit])
  }
  undo(): number {
    return this.take(this.steps[this.steps.length - 1]!.backward())
  }
  redo(): number {
    return this.take(this.steps[this.steps.length - 1]!.forward())
  }
  others(method: string, params: object): void {
    this.#foresee(method, params, them)
  }
  take(edits: readonly Edit[]): number {
    for (const one of edits) {
      one.send(((method: string, params: Record<string, unknown>) => {
        this.sent.push({ method, params })
        this.#foresee(method, params, me)
        return { op: '', done: Promise.resolve() }
      }) as never)
    }
    return edits.length
  }
  #foresee(method: string, params: object, who: typeof me): void {
    this.state = boardKind.foresee!(this.state, { op: 'o', method, params: { board: 'b', ...params }, at: 0 } as unknown as Change, who)
  }
  get last() {
    return this.sent[this.sent.length - 1]
  }
  card(id: string) {
    return this.state!.cards.get(id)
  }
}
