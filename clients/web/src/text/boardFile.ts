/* boardFile.ts - a file that somebody chose, to be made a board: what it is, and what is wrong with it in the reader's words. */
import { m } from '../i18n.svelte'
import { fieldOf, sayError } from './errors'
import { isReason } from '../transport/errors'

/** The server takes no more (BODY_MAX in import_rpc.c), its own words around it included. */
export const MAX_BYTES = 4_000_000

export type BoardFile = { kind: 'file'; title: string; file: object } | { kind: 'csv'; title: string; csv: string }
export type Unreadable = 'empty' | 'large' | 'kind'

/** Spreadsheets of older days write Windows-1252, in which å is no UTF-8. */
export function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

export function readBoardFile(name: string, bytes: ArrayBuffer): BoardFile | Unreadable {
  if (bytes.byteLength > MAX_BYTES) return 'large'
  const text = decode(bytes)
  if (text.trim() === '') return 'empty'
  const title = name.replace(/\.[^.]*$/, '').trim().slice(0, 120)
  if (!text.trimStart().startsWith('{')) return text.includes('\0') ? 'kind' : { kind: 'csv', title, csv: text }
  try {
    const file = JSON.parse(text) as { format?: unknown; title?: unknown }
    if (file.format !== 'korsdrag-board') return 'kind'
    return { kind: 'file', title: typeof file.title === 'string' ? file.title : title, file }
  } catch {
    return 'kind'
  }
}

const reasons: Record<string, () => string> = {
  'the text has more than 2,000 characters': m.board_import_text_long,
  'there is no such colour': m.board_import_colour,
  'a section is named by one line of at most 120 characters': m.board_import_section,
  'a board holds at most 200 sections': m.board_import_sections,
  'a board holds at most 5,000 cards': m.board_import_cards,
}

/** What the server said of it: the line of a list, or the place in a file. */
export function sayImportError(error: unknown): string {
  const field = fieldOf(error)
  if (field === undefined || !isReason(error, 'invalid')) return sayError(error)
  if (field === 'csv') {
    const [, line, why] = /^line (\d+): (.*)$/.exec(error.message) ?? []
    if (line === undefined || why === undefined) return m.board_import_nothing()
    return m.board_import_line({ line, why: (reasons[why] ?? m.board_import_row)() })
  }
  const card = /^file\/cards\/(\d+)/.exec(field)
  const section = /^file\/sections\/(\d+)/.exec(field)
  if (card) return m.board_import_at_card({ number: Number(card[1]) + 1, what: field.split('/').at(-1) ?? '' })
  if (section) return m.board_import_at_section({ number: Number(section[1]) + 1, what: field.split('/').at(-1) ?? '' })
  if (field === 'file/version') return m.board_import_newer()
  return sayError(error)
}
