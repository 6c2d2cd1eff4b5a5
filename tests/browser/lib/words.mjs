/* words.mjs - what the browser client says, in either language, so that tests find things by the words on them. */
import { readFileSync } from 'node:fs'

const read = (path) => JSON.parse(readFileSync(new URL(`../../../clients/web/messages/${path}`, import.meta.url), 'utf8'))
const messages = Object.fromEntries(['sv', 'en'].map((locale) => [locale, { ...read(`${locale}.json`), ...read(`board/${locale}.json`) }]))

/** words('sv')('boards_cards', { count: 3 }) is '3 lappar'. */
export function words(locale) {
  const plural = new Intl.PluralRules(locale)
  return (key, given = {}) => {
    const message = messages[locale][key]
    if (message === undefined) throw new Error(`the client says no ${key} in ${locale}`)
    const text = typeof message === 'string' ? message : chosen(message[0].match, plural.select(given.count))
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(given[name] ?? whole))
  }
}

const chosen = (match, category) => match[Object.keys(match).find((one) => one.endsWith(`=${category}`)) ?? Object.keys(match).pop()]
