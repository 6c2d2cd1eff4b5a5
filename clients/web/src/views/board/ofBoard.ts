/** What is asked for of a board as a whole: each has its dialog in Board.svelte. */
export type OfBoard = 'title' | 'vote' | 'timer' | 'method' | 'export' | 'hidden'

/** What is asked for of private writing. */
export type OfHidden = 'hidden' | 'mine' | 'review' | 'reveal'
export const isOfHidden = (what: string): what is OfHidden => ['hidden', 'mine', 'review', 'reveal'].includes(what)
