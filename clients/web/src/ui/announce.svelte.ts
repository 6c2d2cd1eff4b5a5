/* announce.svelte.ts - what a screen reader hears without the focus moving. One polite region, in App.svelte. */
let spoken = $state('')
let timer: ReturnType<typeof setTimeout> | undefined

export const announcement = {
  get text(): string {
    return spoken
  },
}

export function announce(text: string): void {
  clearTimeout(timer)
  spoken = '' // the same words twice are said twice
  timer = setTimeout(() => (spoken = text), 60)
}
