// Writes .br and .gz beside what compresses well, so that the server never compresses while it serves.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const COMPRESSIBLE = /\.(html|js|css|svg|json|txt|webmanifest)$/
const LEAST_BYTES = 512

function* filesOf(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesOf(path)
    else yield path
  }
}

export function compressFile(path) {
  const bytes = readFileSync(path)
  if (!COMPRESSIBLE.test(path) || bytes.length < LEAST_BYTES) return
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }))
}

/** @returns {import('vite').Plugin} */
export function precompress() {
  let folder = 'dist'
  return {
    name: 'precompress',
    apply: 'build',
    configResolved: (config) => void (folder = config.build.outDir),
    closeBundle() {
      for (const path of [...filesOf(folder)]) compressFile(path)
    },
  }
}
