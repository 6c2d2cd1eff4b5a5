// The first screen fetches at most 90 kB of JavaScript (gzip), the board 60 kB more, and one font of about 47 kB.
// Counts what dist/index.html asks for, and what its scripts import before anything is shown. Fails above it.
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = resolve(dirname(fileURLToPath(import.meta.url)), '../dist')
const manifest = JSON.parse(readFileSync(resolve(dist, '.vite/manifest.json'), 'utf8'))
const LIMITS_KB = { first: 90, board: 60, font: 48 }

/** The files that an entry needs before it runs. */
function needs(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const imported of manifest[key].imports ?? []) needs(imported, seen)
  return seen
}
const gzipped = (file) => {
  const path = resolve(dist, file)
  try {
    return statSync(`${path}.gz`).size
  } catch {
    return statSync(path).size
  }
}
const size = (keys) => [...keys].reduce((sum, key) => sum + gzipped(manifest[key].file), 0) / 1000

const html = readFileSync(resolve(dist, 'index.html'), 'utf8')
const classic = [...html.matchAll(/<script src="\/([^"]+)"/g)].reduce((sum, match) => sum + gzipped(match[1]) / 1000, 0)
const first = needs('index.html')
const board = Object.keys(manifest).find((key) => key.endsWith('views/board/Board.svelte'))
const font = html.match(/href="\/(assets\/[^"]+\.woff2)"/)
const measured = {
  first: size(first) + classic,
  board: board ? size([...needs(board)].filter((key) => !first.has(key))) : 0,
  font: font ? statSync(resolve(dist, font[1])).size / 1000 : 0,
}

let failed = 0
for (const [name, limit] of Object.entries(LIMITS_KB)) {
  const isOver = measured[name] > limit
  if (isOver) failed++
  console.log(`${isOver ? 'OVER' : 'ok'}  ${name}: ${measured[name].toFixed(1)} kB of ${limit}`)
}
process.exit(failed ? 1 : 0)
