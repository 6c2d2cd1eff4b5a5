import { i18n } from '../i18n.svelte'
import type { Locale } from '../protocol'
import { sync } from '../sync'

/** The page's language at once; the account's when the server has it. */
export function setLocale(locale: Locale): void {
  i18n.set(locale)
  if (sync.me) sync.change('me.update', { locale })
}
