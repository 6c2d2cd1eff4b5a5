/** 'Amira Holm' → 'AH'; 'Förvaltningschef' → 'F'. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s,]+/).filter((word) => /^\p{L}/u.test(word))
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words
  return chosen.map((word) => [...word!][0]!.toLocaleUpperCase('sv')).join('')
}

/** What one is called in a greeting; nothing when that is no first name (accounts that are called after their role). */
export function firstName(name: string): string {
  const first = name.trim().split(/\s+/)[0] ?? ''
  return first.length <= LONGEST_FIRST_NAME ? first : ''
}
const LONGEST_FIRST_NAME = 11
