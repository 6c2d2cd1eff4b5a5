/* bidi.ts - what people wrote, put among other words without turning them about (Unicode Bidirectional Algorithm, UAX 9).
 *
 * A name in a right-to-left script, or with a character that overrides the direction, would reorder what stands beside it.
 * Around such text go the marks that isolate it. Marks that the text itself left open, or closes without having opened
 * them, would undo ours: they are made whole. All other text is left as it is. */

const FSI = '\u2068'
const PDI = '\u2069'
/** Characters of a right-to-left script, and marks of direction. */
const TURNS = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

export function isolate(value: unknown): string {
  const text = String(value)
  if (!TURNS.test(text)) return text
  let open = 0
  const whole = [...text].filter((one) => {
    if (one >= '\u2066' && one <= '\u2068') open++
    else if (one === PDI) return --open >= 0 || ((open = 0), false)
    return true
  })
  return FSI + whole.join('') + PDI.repeat(open + 1)
}

/** Several things in one line. */
export const joined = (parts: readonly (string | false | undefined)[], between = ' · '): string => parts.filter(Boolean).map(isolate).join(between)

/** The page's title: what one looks at, and the service's name. */
export const titled = (text: string): string => `${isolate(text)} – Korsdrag`
