/* files.ts - the client's own sources as text, for tests that read them. */
const svelte = import.meta.glob<string>('../**/*.svelte', { query: '?raw', import: 'default', eager: true })
const scripts = import.meta.glob<string>(['../**/*.ts', '!../paraglide/**', '!../protocol/types.ts', '!../**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

export const templates = Object.entries(svelte)
export const sources = [...templates, ...Object.entries(scripts)]
