/* i18n.svelte.ts - the language of the page. Messages come from messages/{sv,en}.json by way of paraglide and
 * follow the language wherever a template reads them. */
import type { Locale } from './protocol'
import { overwriteGetLocale } from './paraglide/runtime'

export { m } from './paraglide/messages'

let current = $state<Locale>(document.documentElement.lang === 'en' ? 'en' : 'sv')
overwriteGetLocale(() => current)

export const i18n = {
  get locale(): Locale {
    return current
  },
  set(locale: Locale): void {
    current = locale
    document.documentElement.lang = locale
    try {
      localStorage.setItem('korsdrag:locale', locale)
    } catch {
      // a browser that keeps nothing asks for Swedish or English again next time
    }
  },
}
