// Puts the icons that src/ui/icons.ts names into one SVG sprite, src/ui/icons.svg.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const list = readFileSync(resolve(web, 'src/ui/icons.ts'), 'utf8').match(/\[([^\]]*)\] as const/)?.[1] ?? ''
const names = [...list.matchAll(/'([a-z0-9-]+)'/g)].map((match) => match[1])

function symbol(name) {
  const svg = readFileSync(resolve(web, 'node_modules/lucide-static/icons', `${name}.svg`), 'utf8')
  const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, ' ').replace(/> </g, '><').replace(/ \/>/g, '/>').trim()}</symbol>`
}

const text = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join('')}</svg>\n`
writeFileSync(resolve(web, 'src/ui/icons.svg'), text)
console.log(`${names.length} icons, ${text.length} bytes`)
