/* edit.ts - what the toolbar does to Markdown. Pure: text and selection in, text to put in its place out. */

export interface Selection {
  start: number
  end: number
}
export interface Replacement extends Selection {
  /** What takes the place of start…end. */
  text: string
  /** What is selected afterwards. */
  select: Selection
}

/** Puts marks around the selection, or takes them away when they are there. */
export function wrap(text: string, { start, end }: Selection, mark: string, example: string): Replacement {
  const inner = text.slice(start, end)
  const isWrapped = text.slice(start - mark.length, start) === mark && text.slice(end, end + mark.length) === mark && inner !== ''
  if (isWrapped) {
    const from = start - mark.length
    return { start: from, end: end + mark.length, text: inner, select: { start: from, end: from + inner.length } }
  }
  const words = inner || example
  const from = start + mark.length
  return { start, end, text: mark + words + mark, select: { start: from, end: from + words.length } }
}

/** Puts a mark at the beginning of each line that the selection touches, or takes it away from all of them. */
export function prefix(text: string, { start, end }: Selection, markOf: (line: number) => string, pattern: RegExp): Replacement {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const next = text.indexOf('\n', end)
  const to = next < 0 ? text.length : next
  const lines = text.slice(from, to).split('\n')
  const isMarked = lines.every((line) => pattern.test(line))
  const changed = lines.map((line, i) => (isMarked ? line.replace(pattern, '') : markOf(i) + line.replace(pattern, ''))).join('\n')
  return { start: from, end: to, text: changed, select: { start: from, end: from + changed.length } }
}

export function link(text: string, { start, end }: Selection, example: string): Replacement {
  const inner = text.slice(start, end)
  if (/^https?:\/\/\S+$/.test(inner)) {
    return { start, end, text: `[${example}](${inner})`, select: { start: start + 1, end: start + 1 + example.length } }
  }
  const words = inner || example
  const at = start + words.length + 3
  return { start, end, text: `[${words}](https://)`, select: { start: at, end: at + 8 } }
}

/** What the server counts: bytes of UTF-8. */
export const bytesOf = (text: string) => new TextEncoder().encode(text).length
export const POST_MAX_BYTES = 32_768
