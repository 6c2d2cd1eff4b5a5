/* wrong.ts - going to what is wrong in a form. */
import { tick } from 'svelte'

/** Puts the focus on the first field that says that it is wrong, once it says so. */
export async function focusWrong(form: HTMLElement | undefined): Promise<void> {
  await tick()
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}
