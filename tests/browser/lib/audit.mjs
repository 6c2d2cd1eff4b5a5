/* audit.mjs - what is looked at on every screen: accessibility by axe, and whether it fits. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const shots = fileURLToPath(new URL('../shots', import.meta.url))
mkdirSync(shots, { recursive: true })
const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

/** Before the first page: scripts that come later would be against the page's policy. */
export const bringAxe = (context) => context.addInitScript({ content: axe })

/** What axe finds on the page as it stands, serious and critical. */
export function findings(page) {
  return page.evaluate(async (tags) => {
    // Rows outside the window that the browser leaves out (content-visibility) keep the colours of the last theme until
    // they are drawn again: all are drawn, which also lets axe see them.
    const all = new CSSStyleSheet()
    all.replaceSync('* { content-visibility: visible !important }')
    document.adoptedStyleSheets = [all]
    // What was left out gets today's colours with a picture, not with the style sheet, and on a busy host not with the
    // next one: colours that are wrong are looked at again later, and count when they have stayed so.
    const isOfColours = (one) => one.id === 'color-contrast'
    let violations
    for (let pictures = 2; pictures <= 128; pictures *= 8) {
      for (let picture = 0; picture < pictures; picture++) await new Promise(requestAnimationFrame)
      ;({ violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }))
      if (!violations.some(isOfColours)) break
    }
    const say = (node) => `${node.target.join(' ')}: ${[...node.any, ...node.all, ...node.none][0]?.message ?? ''}`
    return violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => ({ rule: one.id, help: one.help, nodes: one.nodes.slice(0, 3).map(say) }))
  }, tags)
}

/** Fails when the page is wider than the window. */
export async function assertFits(page, what) {
  const { beyond, wide } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const wide = [...document.body.querySelectorAll('*')]
      .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest('[role=application], dialog:not([open])'))
      .slice(0, 3)
      .map((one) => `${one.tagName.toLowerCase()}.${one.className}`)
    return { beyond: document.documentElement.scrollWidth - width, wide }
  })
  assert.ok(beyond <= 0, `${what} scrolls sideways by ${beyond} px: ${wide.join(', ')}`)
}

/** Waits until nothing moves on the page. */
export function standsStill(page) {
  return page.evaluate(async () => {
    await document.fonts.ready
    for (let still = 0; still < 3; still++) {
      await new Promise(requestAnimationFrame)
      if (document.getAnimations().some((one) => one.playState === 'running')) still = -1
    }
  })
}

/** Accessible and within the window, on a desk and on a phone, in both themes and in forced colours. */
export async function audit(person, name) {
  for (const [size, viewport] of [['desk', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]]) {
    await person.page.setViewportSize(viewport)
    for (const theme of ['light', 'dark']) {
      await person.page.emulateMedia({ colorScheme: theme })
      await standsStill(person.page)
      await person.page.screenshot({ path: `${shots}/${name}-${size}-${theme}.png` })
      assert.deepEqual(await findings(person.page), [], `${name} ${size} ${theme}`)
    }
    await assertFits(person.page, `${name}-${size}`)
  }
  await person.page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' })
  await person.page.screenshot({ path: `${shots}/${name}-forced.png` })
  await person.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' })
  await person.page.setViewportSize({ width: 1440, height: 900 })
}
