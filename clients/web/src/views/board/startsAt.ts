/** For the form of a dialog: the first such control has the focus when the dialog opens, rather than its close button. */
export function startsAt(selector: string): (form: HTMLFormElement) => void {
  return (form) => {
    const control = form.querySelector<HTMLElement>(selector)
    if (control) control.autofocus = true
  }
}
