/* toolbar.ts - arrow keys within a row of buttons, as role="toolbar" promises; Escape goes back to what it is for. */

export function toolbar(back: () => void, orientation: 'horizontal' | 'vertical' = 'horizontal'): (node: HTMLElement) => () => void {
  const [before, after] = orientation === 'vertical' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight']
  return (node) => {
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        // An open menu closes first, and does so itself.
        if ((event.target as Element).closest('.menu')?.querySelector('[aria-expanded="true"]')) return
        event.stopPropagation()
        return back()
      }
      const step = event.key === after ? 1 : event.key === before ? -1 : 0
      // Within a choice of one among several the arrows choose.
      if (step === 0 || (event.target as Element).matches('input')) return
      const buttons = [...node.querySelectorAll<HTMLElement>('button:not(:disabled)')].filter((button) => button.offsetParent !== null)
      const at = buttons.indexOf(document.activeElement as HTMLElement)
      buttons[(at + step + buttons.length) % buttons.length]?.focus()
      event.preventDefault()
    }
    node.addEventListener('keydown', key)
    return () => node.removeEventListener('keydown', key)
  }
}
