// What was measured, by name: "board/saturated/200/korsdrag/acks_per_s" has one value for each time it was measured.

const values = new Map()
const notes = []

export function record(name, value) {
  if (!Number.isFinite(value)) throw new Error(`${name} is no number: ${value}`)
  values.set(name, [...(values.get(name) ?? []), value])
}

export const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
export const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))]

/** The median of what was measured under that name; undefined when it was not. */
export const figure = (name) => (values.has(name) ? median(values.get(name)) : undefined)
export const figures = () => Object.fromEntries([...values].map(([name, list]) => [name, { median: median(list), values: list }]))

/** What a reader of the figures must know: what was left out and why. */
export function note(text) {
  if (!notes.includes(text)) notes.push(text)
}
export const allNotes = () => notes
