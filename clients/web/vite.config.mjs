import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { isolateInMessages } from './scripts/isolate.mjs'
import { precompress } from './scripts/precompress.mjs'

/** A classic script that runs before the first paint: it sets theme and language, so that nothing flashes.
 * External, because the CSP allows no inline script; hashed, because it is cached for ever. */
function classicScript(file) {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8)
  const name = `assets/first-${hash}.js`
  let base = '/'
  return {
    name: 'classic-script',
    configResolved: (config) => void (base = config.base),
    configureServer: (server) =>
      void server.middlewares.use(`/${name}`, (_request, response) => {
        response.setHeader('Content-Type', 'text/javascript')
        response.end(source)
      }),
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: name, source })
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [{ tag: 'script', attrs: { src: base + name }, injectTo: 'head-prepend' }],
    },
  }
}

export default defineConfig(({ mode }) => ({
  // Absolute: index.html is served at /thread/<id> too.
  base: '/',
  publicDir: false,
  plugins: [svelte(), isolateInMessages(), classicScript('./src/first.js'), precompress()],
  // Vitest runs Svelte as a browser does.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    rolldownOptions: {
      output: {
        // Words that several screens share come together, not as a file each.
        codeSplitting: { groups: [{ name: 'words', test: /src\/paraglide/, minShareCount: 2 }] },
      },
    },
    license: { fileName: '.vite/licences.json' },
  },
  server: { port: 5173, strictPort: true, proxy: { '/ws': { target: 'ws://localhost:8080', ws: true }, '/auth': 'http://localhost:8080', '/snapshot': 'http://localhost:8080', '/health': 'http://localhost:8080' } },
  test: { environment: 'jsdom', css: true, include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'], restoreMocks: true },
}))
