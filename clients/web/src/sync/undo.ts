/* undo.ts - one's own undo and redo on a stream.
 *
 * A step is a pair of functions that each say which changes to send *now*: undoing sends inverse changes, made
 * from what is on the screen at that moment, so that others' work since is never put back. A step that cannot
 * be taken any more (its card is gone) answers nothing, and the next one is tried. */
import type { Change } from './kind'
import type { Made } from './changes'
import { Signal } from './signal'
import type { ChangeName, ChangeParams } from '../protocol'

/** A change to send; made with edit(). */
export interface Edit {
  readonly change: Pick<Change, 'method' | 'params'>
  send(change: SendChange): Made<ChangeName>
}
export type SendChange = <M extends ChangeName>(
  method: M,
  params: ChangeParams<M>,
  optimistic?: (state: never) => unknown,
) => Made<M>

/** `edit('card.recolour', { board, card, colour })`: checked against the method's own parameters. */
export function edit<M extends ChangeName>(method: M, params: ChangeParams<M>, optimistic?: (state: never) => unknown): Edit {
  return { change: { method, params } as Edit['change'], send: (change) => change(method, params, optimistic) as unknown as Made<ChangeName> }
}

export interface Step {
  /** What was done, for 'Ångra: …'. */
  readonly label: string
  /** The changes that do it; nothing when it cannot be done. */
  readonly forward: () => readonly Edit[]
  /** The changes that take it back as things stand now. */
  readonly backward: () => readonly Edit[]
}

const KEPT = 100

export class History {
  readonly #changed = new Signal()
  readonly #change: SendChange
  #done: Step[] = []
  #undone: Step[] = []

  constructor(change: SendChange) {
    this.#change = change
  }

  /** What the next undo takes back, or undefined. */
  get undoable(): string | undefined {
    this.#changed.track()
    return this.#done[this.#done.length - 1]?.label
  }

  get redoable(): string | undefined {
    this.#changed.track()
    return this.#undone[this.#undone.length - 1]?.label
  }

  /** Does a step and remembers it. What had been undone before can no longer be redone. */
  run(step: Step): readonly Made<ChangeName>[] {
    const made = this.#take(step, step.forward)
    if (made.length > 0) {
      this.#done = [...this.#done, step].slice(-KEPT)
      this.#undone = []
      this.#changed.emit()
    }
    return made
  }

  /** The label of what was undone, for the announcement; undefined when there was nothing. */
  undo(): string | undefined {
    return this.#move(this.#done, this.#undone, (step) => step.backward)
  }

  redo(): string | undefined {
    return this.#move(this.#undone, this.#done, (step) => step.forward)
  }

  #move(from: Step[], to: Step[], way: (step: Step) => Step['forward']): string | undefined {
    for (let step = from.pop(); step; step = from.pop()) {
      if (this.#take(step, way(step)).length === 0) continue
      to.push(step)
      this.#changed.emit()
      return step.label
    }
    this.#changed.emit()
    return undefined
  }

  #take(step: Step, way: Step['forward']): readonly Made<ChangeName>[] {
    const made = way().map((one) => one.send(this.#change))
    // What the server refused did not happen. When none of it did, there is nothing to take back; of a step that was
    // done in part, the rest can be: its functions look at how things stand.
    if (made.length > 0) Promise.any(made.map((one) => one.done)).catch(() => this.#forget(step))
    return made
  }

  #forget(step: Step): void {
    this.#done = this.#done.filter((one) => one !== step)
    this.#undone = this.#undone.filter((one) => one !== step)
    this.#changed.emit()
  }
}

export type { Change }
