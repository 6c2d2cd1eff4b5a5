/* keys.ts - what the keys do on the map. They work only while the focus is inside it. */
import { m } from '../../i18n.svelte'
import { allInOrder, towards, type Direction } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard, Target } from './board.svelte'
import { duplicate } from './copies'
import { addCardNearby } from './place'
import { removeSelected } from './together'

export interface Intentions {
  move: (cards: readonly string[]) => void
  rename: (section: string) => void
  addSection: () => void
  /** Seen from so far away that cards cannot be written on. */
  far: boolean
}

const arrows: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }
const steps: Record<Direction, { x: number; y: number }> = { left: { x: -1, y: 0 }, right: { x: 1, y: 0 }, up: { x: 0, y: -1 }, down: { x: 0, y: 1 } }
const STEP = 8
const LARGE_STEP = 64
const PAN = 80

export function pressed(event: KeyboardEvent, board: OpenedBoard, intend: Intentions): void {
  if (handle(event, board, intend)) {
    event.preventDefault()
    event.stopPropagation()
  }
}

function handle(event: KeyboardEvent, board: OpenedBoard, intend: Intentions): boolean {
  if (event.ctrlKey || event.metaKey) return withControl(event, board)
  if (board.moves.moving?.isNudge) board.moves.drop()
  if (event.altKey) return false
  if (board.moves.moving?.isByKeys) return whileMoving(event, board)
  const direction = arrows[event.key]
  if (direction) return event.shiftKey ? extend(direction, board) : go(direction, board)
  const { focus, selection } = board
  switch (event.key) {
    case 'Enter':
    case 'F2':
      if (focus?.kind === 'section') return done(() => intend.rename(focus.id))
      if (board.focusedCard && intend.far) board.view.approach(board.focusedCard)
      return focus ? done(() => board.write(focus.id)) : goTo(board, 'first')
    case 'Escape':
      if (board.tool !== 'select') return done(() => (board.tool = 'select'))
      if (selection.size > 0) return done(() => selection.clear())
      return focus ? done(() => leave(board)) : false
    case ' ':
      return event.shiftKey && board.focusedCard ? done(() => selection.toggle(board.focusedCard!.id)) : false
    case 'Delete':
    case 'Backspace':
      if (selection.size > 0) return done(() => removeSelected(board))
      return focus ? done(() => board.remove(focus)) : false
    case 'Home':
      return goTo(board, 'first')
    case 'End':
      return goTo(board, 'last')
    case 'PageDown':
      return goToSection(board, 1)
    case 'PageUp':
      return goToSection(board, -1)
    case '+':
      return done(() => board.view.step(1))
    case '-':
      return done(() => board.view.step(-1))
  }
  switch (event.key.toLowerCase()) {
    case 'm': {
      const target = inHand(board)
      return target ? done(() => board.moves.begin(target, 'keys')) : false
    }
    case 'f':
      return selection.acting.length > 0 ? done(() => intend.move(selection.acting)) : false
    case 'x':
      return board.focusedCard ? done(() => selection.toggle(board.focusedCard!.id)) : false
    case 'q':
      return done(() => (board.tool = board.tool === 'many' ? 'select' : 'many'))
    case 'n': {
      const card = addCardNearby(board)
      return card ? done(() => board.write(card, true)) : true
    }
    case 's':
      return done(intend.addSection)
    case 'r':
      return focus?.kind === 'card' && board.votes.open ? done(() => board.votes.give(focus.id, event.shiftKey ? -1 : 1)) : false
    case 'v':
      return done(() => (board.tool = 'select'))
  }
  return false
}

function done(what: () => unknown): true {
  what()
  return true
}

function withControl(event: KeyboardEvent, board: OpenedBoard): boolean {
  const direction = arrows[event.key]
  if (direction) return nudge(direction, event.shiftKey, board)
  if (event.key !== 'Control' && event.key !== 'Meta' && event.key !== 'Shift' && board.moves.moving?.isByKeys) board.moves.drop()
  switch (event.key.toLowerCase()) {
    case 'z':
      return done(() => (event.shiftKey ? board.redo() : board.undo()))
    case 'y':
      return done(() => board.redo())
    case 'a':
      return done(() => board.selection.all())
    case 'd':
      return board.selection.acting.length > 0 ? done(() => duplicate(board)) : false
    case '0':
      return done(() => board.view.zoomTo(1))
  }
  return false
}

function whileMoving(event: KeyboardEvent, board: OpenedBoard): boolean {
  const direction = arrows[event.key]
  if (direction) {
    const length = event.shiftKey ? LARGE_STEP : STEP
    return done(() => board.moves.by({ x: steps[direction].x * length, y: steps[direction].y * length }))
  }
  if (event.key === 'Enter' || event.key.toLowerCase() === 'm') return done(() => board.moves.drop())
  if (event.key === 'Escape') return done(() => board.moves.cancel())
  // Tab leaves, and puts down: nothing stays in the hand unseen.
  if (event.key === 'Tab') board.moves.drop()
  return event.key !== 'Tab'
}

/** What is taken up by keys: the focus, or what else is selected. */
function inHand(board: OpenedBoard): Target | undefined {
  const { focus, selection } = board
  if (selection.size === 0 || (focus && selection.has(focus.id))) return focus
  return { kind: 'card', id: selection.acting[0]! }
}

/** Moves at once, for as long as Control is held. */
function nudge(direction: Direction, isLong: boolean, board: OpenedBoard): boolean {
  const target = inHand(board)
  if (!target) return false
  if (!board.moves.moving) board.moves.begin(target, 'nudge')
  const length = isLong ? LARGE_STEP : STEP
  return done(() => board.moves.by({ x: steps[direction].x * length, y: steps[direction].y * length }))
}

/** A key was let go of, or the map left: what was moved with Control is put down. */
export function released(event: KeyboardEvent | FocusEvent, board: OpenedBoard): void {
  if (!board.moves.moving?.isNudge) return
  if (event instanceof FocusEvent || event.key === 'Control' || event.key === 'Meta') board.moves.drop()
}

/** With Shift the focus takes along what it leaves and what it comes to. */
function extend(direction: Direction, board: OpenedBoard): boolean {
  const from = board.focusedCard?.id
  if (from === undefined) return go(direction, board)
  go(direction, board)
  board.selection.add(from, board.focusedCard?.id ?? from)
  return true
}

function go(direction: Direction, board: OpenedBoard): boolean {
  const { shown, focus } = board
  if (!shown) return false
  if (!focus) {
    if (shown.cards.size === 0) board.view.panBy({ x: -steps[direction].x * PAN, y: -steps[direction].y * PAN })
    return shown.cards.size === 0 || goTo(board, 'first')
  }
  if (focus.kind === 'section') {
    const first = shown.inOrder.get(focus.id)?.[0]
    if (direction === 'left' || direction === 'right') return goToSection(board, direction === 'right' ? 1 : -1)
    return direction === 'down' && first !== undefined ? done(() => board.focusOn({ kind: 'card', id: first })) : true
  }
  const next = towards(shown, focus.id, direction)
  if (next !== undefined) board.focusOn({ kind: 'card', id: next })
  else announce(m.board_said_no_card_there())
  return true
}

function goTo(board: OpenedBoard, which: 'first' | 'last'): boolean {
  const all = board.shown ? [...allInOrder(board.shown)] : []
  const id = which === 'first' ? all[0] : all[all.length - 1]
  if (id !== undefined) board.focusOn({ kind: 'card', id })
  return true
}

function goToSection(board: OpenedBoard, step: 1 | -1): boolean {
  const { shown, focus } = board
  if (!shown || shown.sectionOrder.length === 0) return true
  const now = focus?.kind === 'section' ? focus.id : board.focusedCard?.section
  const at = now === undefined ? (step > 0 ? -1 : shown.sectionOrder.length) : shown.sectionOrder.indexOf(now)
  // From within a section, back is its own head.
  const next = focus?.kind === 'card' && step < 0 && now !== undefined ? at : at + step
  const id = shown.sectionOrder[Math.max(0, Math.min(shown.sectionOrder.length - 1, next))]!
  board.focusOn({ kind: 'section', id })
  return true
}

function leave(board: OpenedBoard): void {
  board.focusOn(undefined)
  board.focusWish++
}
