import { expect, test } from 'vitest'
import { sources, templates } from './files'

/** What stands outside <script> and <style>. */
const markup = (text: string) => text.replace(/<script[\s\S]*?<\/script>/g, '').replace(/<style[\s\S]*?<\/style>/g, '')

test('there are templates to look at', () => expect(templates.length).toBeGreaterThan(30))

test.each(templates)('%s has no literal style attribute: the CSP refuses it', (_path, text) => {
  expect(markup(text)).not.toMatch(/\sstyle=(["']|\{`)/)
})

test('HTML enters the page in one place', () => {
  const places = templates.filter(([, text]) => markup(text).includes('{@html')).map(([path]) => path)
  expect(places).toEqual(['../ui/Markdown.svelte'])
  const makers = sources.filter(([path, text]) => /createPolicy\(|\.innerHTML\b|insertAdjacentHTML|\.outerHTML\b/.test(text) && !path.endsWith('lint/files.ts'))
  expect(makers.map(([path]) => path)).toEqual(['../ui/markdown.ts'])
})

test('views do not talk to the server themselves', () => {
  const offenders = templates.filter(([, text]) => /\bfetch\(|transport\/rpc|new WebSocket/.test(text)).map(([path]) => path)
  expect(offenders).toEqual([])
})
