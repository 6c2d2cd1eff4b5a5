/* openBoard.ts - what an action on a board needs: the board as it is seen now, and a way to send and remember steps.
 *
 * Undo sends inverse changes, and only for what is still as we left it: where somebody has changed the same thing
 * since, their work stands and the step is passed over. */
import type { Card, Person, Section } from '../../protocol'
import type { BoardState } from '../../store/board'
import type { Edit, Step } from '../../sync'

export interface OpenBoard {
  readonly id: string
  /** What is on the screen now, own unconfirmed changes included. Undefined before the first answer. */
  readonly state: BoardState | undefined
  readonly me: Person | undefined
  /** Sends a step's changes and remembers it for undo. */
  run(step: Step): void
  /** Sends a change that is not a step of its own. */
  send(edit: Edit): void
}

/** Whether all that `expected` says of a thing still holds. */
export function isStill<T extends Card | Section>(thing: T | undefined, expected: Partial<T>): boolean {
  return thing !== undefined && (Object.keys(expected) as (keyof T)[]).every((key) => thing[key] === expected[key])
}
