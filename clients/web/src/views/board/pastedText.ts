/* pastedText.ts - text from another program as notes: one row, one note; the cells of a row are its lines. */
import { cleaned, PASTED_MOST } from './clip'

export interface Notes {
  readonly texts: readonly string[]
  /** How many rows there were besides. */
  readonly left: number
  /** How many were longer than a card holds. */
  readonly shortened: number
  /** There was so much that the end of it was not read. */
  readonly isCut: boolean
}

/** Beyond this nothing is read, whatever else the clipboard holds. */
const READ_MOST = 1_000_000

/** A spreadsheet puts cells apart by tabs, and quotes those that hold tabs, line breaks or quotes. */
export async function notesFrom(text: string): Promise<Notes> {
  // Rarely needed, and then soon there: not a part of the board's own chunk.
  const { default: papa } = await import('papaparse')
  const rows = (quoteChar: string) => papa.parse<string[]>(text.slice(0, READ_MOST), { delimiter: '\t', quoteChar, skipEmptyLines: 'greedy' })
  const quoted = rows('"')
  // Where quotes are not in pairs they are words: then no line is taken for part of another.
  const { data } = quoted.errors.some((error) => error.type === 'Quotes') ? rows('\0') : quoted
  const notes = data.slice(0, PASTED_MOST).map((cells) => cleaned(cells.map((cell) => cell.trim()).filter((cell) => cell !== '').join('\n')))
  const kept = notes.filter((note) => note.text !== '')
  return {
    texts: kept.map((note) => note.text),
    left: Math.max(0, data.length - PASTED_MOST),
    shortened: kept.filter((note) => note.isShortened).length,
    isCut: text.length > READ_MOST,
  }
}
