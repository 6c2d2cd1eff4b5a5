// Writes dist/licences.txt: the licences of everything that the built client ships. The packages are those that
// the bundler found in the bundle; the font and the icons are no code, so they are named here.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compressFile } from './precompress.mjs'

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const read = (path) => readFileSync(resolve(web, path), 'utf8')
const packageOf = (name) => JSON.parse(read(`node_modules/${name}/package.json`))

const bundled = JSON.parse(read('dist/.vite/licences.json'))
const assets = ['@fontsource-variable/schibsted-grotesk', 'lucide-static'].map((name) => {
  const { version, license } = packageOf(name)
  return { name, version, identifier: license, text: read(`node_modules/${name}/LICENSE`) }
})

const all = [...bundled, ...assets].sort((a, b) => (a.name < b.name ? -1 : 1))
const nameless = all.filter((one) => !one.text)
if (nameless.length > 0) throw new Error(`no licence text for ${nameless.map((one) => one.name).join(', ')}`)

const rule = '='.repeat(78)
const text = all.map((one) => `${rule}\n${one.name} ${one.version} (${one.identifier ?? 'see below'})\n${rule}\n\n${one.text.trim()}\n`).join('\n')
const out = resolve(web, 'dist/licences.txt')
writeFileSync(out, `Korsdrag's browser client contains:\n\n${text}`)
compressFile(out)
console.log(all.map((one) => `${one.name} ${one.version} ${one.identifier ?? ''}`).join('\n'))
