/* drafts.ts - what has been written and not sent, kept in this browser without a word about it. */

const keyOf = (place: string) => `korsdrag:draft:${place}`

export function readDraft(place: string): string {
  try {
    return localStorage.getItem(keyOf(place)) ?? ''
  } catch {
    return ''
  }
}

/** Whether it was kept: the browser may be full, or keep nothing. */
export function keepDraft(place: string, text: string): boolean {
  try {
    if (text.trim() === '') localStorage.removeItem(keyOf(place))
    else localStorage.setItem(keyOf(place), text)
    return true
  } catch {
    return false
  }
}

/** Behind what stands there already: nothing that was written is overwritten. */
export function addToDraft(place: string, text: string): void {
  const held = readDraft(place)
  keepDraft(place, held.trim() === '' || held === text ? text : `${held}\n\n${text}`)
}
