/* clip.ts - cards as the system's clipboard carries them: for other programs as lines and a list, and for boards, in this
 * tab or another, in an attribute of that list. What comes from a clipboard may be anybody's. Pure. */
import { CARD_MAX, CARD_MIN } from '../../actions/board/resizeCard'
import type { Card } from '../../protocol'
import { FAR } from '../../store/board-query'
import { colours } from './colours'
import type { Copy } from './copies'

/** As many are put on a board at once. */
export const PASTED_MOST = 200
/** As many characters (Unicode code points) are on a card. */
export const TEXT_MOST = 2000
const FORMAT = 1

export interface Clip {
  readonly copies: readonly Copy[]
  /** How many there were besides. */
  readonly left: number
}

export interface Clipboard {
  readonly text: string
  readonly html: string
}

export function toClipboard(cards: readonly Card[]): Clipboard {
  const copies = cards.slice(0, PASTED_MOST).map(({ text, colour, x, y, width, height }) => ({ text, colour, x, y, width, height }))
  const marker = toBase64(JSON.stringify({ format: FORMAT, copies, left: cards.length - copies.length }))
  const lines = cards.map((card) => card.text.replace(/\s+/g, ' ').trim()).filter((line) => line !== '')
  const list = lines.map((line) => `<li>${escaped(line)}</li>`).join('')
  return { text: lines.join('\n'), html: `<meta charset="utf-8"><ul data-korsdrag-cards="${marker}">${list}</ul>` }
}

/** The cards of a board, if that is what it is. */
export function fromHtml(html: string): Clip | undefined {
  const marker = /\sdata-korsdrag-cards="([A-Za-z0-9+/=]+)"/.exec(html)?.[1]
  if (marker === undefined) return undefined
  try {
    const held = JSON.parse(fromBase64(marker)) as { format?: unknown; copies?: unknown; left?: unknown }
    if (held.format !== FORMAT || !Array.isArray(held.copies)) return undefined
    const copies = held.copies.slice(0, PASTED_MOST).map(checked).filter((copy) => copy !== undefined)
    const left = Number.isSafeInteger(held.left) && (held.left as number) > 0 ? (held.left as number) : 0
    return copies.length > 0 ? { copies, left: left + Math.max(0, held.copies.length - PASTED_MOST) } : undefined
  } catch {
    return undefined
  }
}

function checked(given: unknown): Copy | undefined {
  const { text, colour, x, y, width, height } = (given ?? {}) as Record<string, unknown>
  const numbers = [x, y, width, height]
  if (typeof text !== 'string' || !numbers.every(Number.isFinite)) return undefined
  const within = (value: unknown, least: number, most: number) => Math.round(Math.max(least, Math.min(most, value as number)))
  return {
    text: cleaned(text).text,
    colour: colours.find((one) => one === colour) ?? 'kalk',
    x: within(x, -FAR, FAR),
    y: within(y, -FAR, FAR),
    width: within(width, CARD_MIN.width, CARD_MAX.width),
    height: within(height, CARD_MIN.height, CARD_MAX.height),
  }
}

/** As a card may hold it: plain text of a certain length. */
export function cleaned(text: string): { text: string; isShortened: boolean } {
  // No control characters but line breaks, and no halves of characters: the wire refuses them.
  const plain = text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ').replace(/[\u0000-\u0009\u000b-\u001f\u007f]|\p{Cs}/gu, '').trim()
  if (plain.length <= TEXT_MOST) return { text: plain, isShortened: false }
  const points = [...plain]
  return { text: points.slice(0, TEXT_MOST).join(''), isShortened: points.length > TEXT_MOST }
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

function toBase64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

function fromBase64(text: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)))
}
