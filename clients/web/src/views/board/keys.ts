/* keys.ts - what the keys do on the map. They work only while the focus is inside it. */
import { m } from '../../i18n.svelte'
import { allInOrder, towards, type Direction } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard } from './board.svelte'
import { addCardNearby } from './place'

export interface Intentions {
  move: (card: string) => void
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
  if (event.altKey) return false
  if (board.moves.moving?.isByKeys) return whileMoving(event, board)
  const direction = arrows[event.key]
  if (direction) return go(direction, board)
  const { focus } = board
  switch (event.key) {
    case 'Enter':
    case 'F2':
      if (focus?.kind === 'section') return done(() => intend.rename(focus.id))
      if (board.focusedCard && intend.far) board.view.approach(board.focusedCard)
      return focus ? done(() => board.write(focus.id)) : goTo(board, 'first')
    case 'Escape':
      if (board.tool !== 'select') return done(() => (board.tool = 'select'))
      return focus ? done(() => leave(board)) : false
    case 'Delete':
    case 'Backspace':
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
    case 'm':
      return focus ? done(() => board.moves.begin(focus, true)) : false
    case 'f':
      return focus?.kind === 'card' ? done(() => intend.move(focus.id)) : false
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
  switch (event.key.toLowerCase()) {
    case 'z':
      return done(() => (event.shiftKey ? board.redo() : board.undo()))
    case 'y':
      return done(() => board.redo())
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
