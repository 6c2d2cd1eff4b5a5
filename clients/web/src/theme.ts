import type { Theme } from './protocol'

/** Light, dark or as the system says; remembered for first.js. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
  try {
    localStorage.setItem('korsdrag:theme', theme)
  } catch {
    // asked again next time
  }
}
