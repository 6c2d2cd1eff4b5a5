/* clipboard.ts - copy, cut and paste of cards, by the keys' events and by buttons. */
import { m } from '../../i18n.svelte'
import { CARD_HEIGHT, CARD_WIDTH } from '../../store/board'
import { columnsFor, enclosing, inRows } from '../../store/board-arrange'
import { GAP, type Point } from '../../store/board-query'
import { announce } from '../../ui/announce.svelte'
import type { OpenedBoard } from './board.svelte'
import { fromHtml, toClipboard, type Clipboard } from './clip'
import { addInSection, addTogether, chooseNew, type Copy } from './copies'
import { notesFrom } from './pastedText'
import { removeSelected } from './together'

/** Whether it is meant for the board: not for a field that is written in, a dialog, or words that are marked. */
function isOurs(event: ClipboardEvent): boolean {
  const { target } = event
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return false
  return !(target instanceof Element && target.closest('input, textarea, select, [contenteditable]'))
}

export function copied(event: ClipboardEvent, board: OpenedBoard, isCut = false): void {
  const held = chosen(board)
  if (!held || !event.clipboardData || !isOurs(event) || !(document.getSelection()?.isCollapsed ?? true)) return
  event.preventDefault()
  event.clipboardData.setData('text/plain', held.text)
  event.clipboardData.setData('text/html', held.html)
  taken(board, held.count, isCut)
}

export function pasted(event: ClipboardEvent, board: OpenedBoard): void {
  if (!event.clipboardData || !isOurs(event)) return
  event.preventDefault()
  void paste(board, { text: event.clipboardData.getData('text/plain'), html: event.clipboardData.getData('text/html') })
}

/** By a button. */
export async function copyChosen(board: OpenedBoard, isCut = false): Promise<void> {
  const held = chosen(board)
  if (!held) return
  const blob = (type: string, text: string) => new Blob([text], { type })
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob('text/plain', held.text), 'text/html': blob('text/html', held.html) })])
  } catch {
    return say(board, [m.board_clipboard_refused()])
  }
  taken(board, held.count, isCut)
}

/** By a button: for those who have no keys. */
export async function pasteClipboard(board: OpenedBoard): Promise<void> {
  try {
    const items = await navigator.clipboard.read()
    const read = async (type: string) => (await items.find((item) => item.types.includes(type))?.getType(type))?.text() ?? ''
    await paste(board, { text: await read('text/plain'), html: await read('text/html') })
  } catch {
    say(board, [m.board_clipboard_refused()])
  }
}

function chosen(board: OpenedBoard): (Clipboard & { count: number }) | undefined {
  const cards = board.selection.acting.map((id) => board.state?.cards.get(id)).filter((card) => card !== undefined)
  return cards.length > 0 ? { ...toClipboard(cards), count: cards.length } : undefined
}

function taken(board: OpenedBoard, count: number, isCut: boolean): void {
  if (isCut) removeSelected(board)
  announce(isCut ? m.board_said_cut_cards({ count }) : m.board_said_copied_cards({ count }))
}

/** Cards as they lay to each other, or a text's rows; at most so many, and what is left out is said. */
async function paste(board: OpenedBoard, { text, html }: Clipboard): Promise<void> {
  const clip = fromHtml(html)
  if (clip) {
    const count = put(board, clip.copies)
    return say(board, [m.board_said_pasted({ count }), ...(clip.left > 0 ? [m.board_paste_left({ count: clip.left })] : [])])
  }
  const { texts, left, shortened, isCut } = await notesFrom(text)
  if (texts.length === 0) return say(board, [m.board_paste_nothing()])
  const count = put(board, inSquare(board, texts))
  const more = [left > 0 && m.board_paste_left({ count: left }), shortened > 0 && m.board_paste_shortened({ count: shortened }), isCut && m.board_paste_cut()]
  say(board, [m.board_said_pasted({ count }), ...more.filter((line) => line !== false)])
}

/** What is quite as expected is only announced; the rest is to be read as well. */
function say(board: OpenedBoard, lines: readonly string[]): void {
  const isExpected = lines.length === 1 && lines[0] !== m.board_clipboard_refused()
  board.notice = isExpected ? '' : lines.join(' ')
  if (isExpected) announce(lines[0]!)
}

function inSquare(board: OpenedBoard, texts: readonly string[]): Copy[] {
  const cards = texts.map((text, i) => ({ id: String(i), text, colour: board.colour, x: 0, y: 0, width: CARD_WIDTH, height: CARD_HEIGHT }))
  const spots = inRows(cards, { x: 0, y: 0 }, columnsFor(cards.length))
  return cards.map(({ id, ...card }) => ({ ...card, ...spots.get(id)! }))
}

/** Into the section that one is in, if it has room; else near where one is. */
function put(board: OpenedBoard, copies: readonly Copy[]): number {
  const state = board.state
  if (!state || copies.length === 0) return 0
  const label = m.board_did_paste({ count: copies.length })
  const section = board.focusedSection ?? board.section(board.focusedCard?.section)
  const ids = (section && addInSection(board, state, section.id, copies, label)) ?? addTogether(board, state, copies, nearBy(board, copies), label)
  chooseNew(board, ids)
  return ids.length
}

function nearBy(board: OpenedBoard, copies: readonly Copy[]): Point {
  const { width, height } = enclosing(copies)
  const section = board.focusedSection ?? board.section(board.focusedCard?.section)
  if (section) return { x: section.x + section.width + GAP, y: section.y }
  if (board.focusedCard) return { x: board.focusedCard.x, y: board.focusedCard.y }
  const { bounds, view } = board
  if (view.size.width === 0) return { x: bounds?.x ?? 0, y: bounds ? bounds.y + bounds.height + GAP : 0 }
  return { x: view.middle.x - width / 2, y: view.middle.y - height / 2 }
}
