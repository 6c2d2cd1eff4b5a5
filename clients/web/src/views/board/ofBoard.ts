/** What is asked for of a board as a whole: each has its dialog in Board.svelte. */
export type OfBoard = 'title' | 'vote' | 'timer' | 'method' | 'export'
