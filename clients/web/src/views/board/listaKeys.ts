/* listaKeys.ts - what the keys do in the list. */
import { LOOSE, groupOf, type Group } from '../../store/board'
import type { OpenedBoard, Target } from './board.svelte'
import { duplicate } from './copies'
import { removeSelected } from './together'

/** An item of the list, as 'card <id>' or 'section <id>'; what lies loose is the section of no id. */
export type ItemKey = string

export const keyOf = (target: Target): ItemKey => `${target.kind} ${target.id}`

/** What an item is about; the head of what lies loose is about nothing. */
export function targetOf(key: ItemKey): Target | undefined {
  const [kind, id = ''] = key.split(' ') as ['card' | 'section', string]
  return id === LOOSE ? undefined : { kind, id }
}

export interface ListaDeeds {
  /** All items that are shown, from the top. */
  keys: () => ItemKey[]
  go: (to: ItemKey) => void
  isOpen: (group: Group) => boolean
  open: (group: Group, isOpen: boolean) => void
  add: (group: Group) => void
  edit: (card: string) => void
  move: (cards: readonly string[]) => void
  change: (section: string) => void
}

export function pressedInLista(event: KeyboardEvent, key: ItemKey | undefined, board: OpenedBoard, deeds: ListaDeeds): void {
  const deed = event.ctrlKey || event.metaKey ? withControl(event, board) : key === undefined ? undefined : onItem(event, key, board, deeds)
  if (!deed) return
  event.preventDefault()
  deed()
}

type Deed = (() => void) | undefined

function withControl(event: KeyboardEvent, board: OpenedBoard): Deed {
  switch (event.key.toLowerCase()) {
    case 'z':
      return () => (event.shiftKey ? board.redo() : board.undo())
    case 'y':
      return () => board.redo()
    case 'a':
      return () => board.selection.all()
    case 'd':
      return board.selection.acting.length > 0 ? () => duplicate(board) : undefined
  }
  return undefined
}

function onItem(event: KeyboardEvent, key: ItemKey, board: OpenedBoard, deeds: ListaDeeds): Deed {
  const [kind, id = ''] = key.split(' ') as ['card' | 'section', string]
  const { selection } = board
  const group = kind === 'section' ? id : groupOf(board.card(id) ?? {})
  const move = step(event, key, deeds)
  if (move !== undefined) return () => go(move, event.shiftKey && event.key.startsWith('Arrow'), key, board, deeds)
  switch (event.key) {
    case 'ArrowRight':
      return kind === 'section' ? () => deeds.open(id, true) : undefined
    case 'ArrowLeft':
      return () => (kind === 'section' ? deeds.open(id, false) : deeds.go(`section ${group}`))
    case ' ':
      if (event.shiftKey) return () => toggle(kind, id, board)
      return () => (kind === 'section' ? deeds.open(id, !deeds.isOpen(id)) : deeds.edit(id))
    case 'Enter':
    case 'F2':
      return () => (kind === 'card' ? deeds.edit(id) : id !== LOOSE && event.key === 'F2' ? deeds.change(id) : deeds.open(id, !deeds.isOpen(id)))
    case 'Delete':
    case 'Backspace':
      if (selection.size > 0) return () => removeSelected(board)
      return () => id !== LOOSE && board.remove({ kind, id })
    case 'Escape':
      return selection.size > 0 ? () => selection.clear() : undefined
  }
  switch (event.key.toLowerCase()) {
    case 'm':
      return () => (selection.size > 0 ? deeds.move(selection.acting) : kind === 'card' && deeds.move([id]))
    case 'r':
      return () => kind === 'card' && board.votes.open && board.votes.give(id, event.shiftKey ? -1 : 1)
    case 'n':
      return () => deeds.add(group)
    case 'x':
      return () => toggle(kind, id, board)
  }
  return undefined
}

/** Where the key goes to, if it goes anywhere. */
function step(event: KeyboardEvent, key: ItemKey, deeds: ListaDeeds): ItemKey | null | undefined {
  const keys = deeds.keys()
  const at = keys.indexOf(key)
  switch (event.key) {
    case 'ArrowDown':
      return keys[at + 1] ?? null
    case 'ArrowUp':
      return keys[at - 1] ?? null
    case 'Home':
      return keys[0] ?? null
    case 'End':
      return keys[keys.length - 1] ?? null
    case 'ArrowRight':
      return key.startsWith('section') && deeds.isOpen(key.slice('section '.length)) ? (keys[at + 1] ?? null) : undefined
  }
  return undefined
}

/** With Shift the cards that one leaves and comes to are selected on the way. */
function go(to: ItemKey | null, isSelecting: boolean, from: ItemKey, board: OpenedBoard, deeds: ListaDeeds): void {
  if (to !== null) deeds.go(to)
  if (!isSelecting) return
  const cards = [from, to ?? from].map(targetOf).filter((target) => target?.kind === 'card')
  if (cards.length > 0) board.selection.add(...cards.map((target) => target!.id))
}

/** A card, or all cards of a section. */
export function toggle(kind: 'card' | 'section', id: string, board: OpenedBoard): void {
  if (kind === 'card') board.selection.toggle(id)
  else board.selection.toggleAll(board.shown?.inOrder.get(id) ?? [])
}
