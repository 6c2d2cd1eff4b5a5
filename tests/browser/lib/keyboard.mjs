/* keyboard.mjs - a person who has nothing but a keyboard. After each key the focus must be somewhere, be seen to be there
 * (WCAG 2.4.7), and not be hidden behind anything (2.4.11). */
import assert from 'node:assert/strict'

const FAR = 90

/** What has the focus and whether one sees it; runs in the page. */
function look() {
  const one = document.activeElement
  if (!one || one === document.body) return { what: 'nothing' }
  const what = `${one.tagName.toLowerCase()} "${(one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent).trim().slice(0, 60)}"`
  const isRing = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && !/, 0\)$|transparent/.test(style.outlineColor)
  // The ring is the element's own, or is drawn around all that the element stands for: its label, the row that a link
  // fills, the frame of a text area.
  const ringed = [
    [one, isRing(getComputedStyle(one)) && one.offsetWidth > 2 && getComputedStyle(one).opacity !== '0'],
    [one.offsetParent, ['::before', '::after'].some((pseudo) => isRing(getComputedStyle(one, pseudo)))],
    [one.nextElementSibling, one.nextElementSibling && isRing(getComputedStyle(one.nextElementSibling))],
    ...[one.closest('label'), one.parentElement].map((around) => [around, around && isRing(getComputedStyle(around))]),
  ].find(([, is]) => is)
  if (!ringed) return { what, wrong: 'it does not look focused' }
  const around = ringed[0]
  const box = around.getBoundingClientRect()
  const [left, top] = [Math.max(box.left, 0), Math.max(box.top, 0)]
  const [right, bottom] = [Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight)]
  if (right - left < 1 || bottom - top < 1) return { what, wrong: `it is out of sight, at ${Math.round(box.left)}, ${Math.round(box.top)}` }
  const steps = [0.05, 0.25, 0.5, 0.75, 0.95]
  const isSeenAt = (x, y) => {
    const hit = document.elementFromPoint(x, y)
    return hit && (around.contains(hit) || one.contains(hit))
  }
  if (!steps.some((x) => steps.some((y) => isSeenAt(left + (right - left) * x, top + (bottom - top) * y)))) return { what, wrong: 'something else covers it' }
  return { what }
}

export class Keyboard {
  constructor(person) {
    this.person = person
    this.page = person.page
  }

  /** Presses keys one after the other. */
  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key)
      await this.isSeen(key)
    }
  }

  async type(text) {
    await this.page.keyboard.type(text)
    await this.isSeen(text)
  }

  /** Waits until the focus is somewhere where it can be seen: what a key begins may take its time. */
  async isSeen(after) {
    let seen
    for (const until = Date.now() + 5_000; Date.now() < until; ) {
      await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
      seen = await this.page.evaluate(look)
      if (seen.what !== 'nothing' && !seen.wrong) return seen
    }
    assert.fail(`after ${after} the focus is on ${seen.what}${seen.wrong ? `: ${seen.wrong}` : ''}`)
  }

  isOn(target) {
    return target.evaluate((one) => one === document.activeElement)
  }

  /** Waits until the focus is there, without a key. */
  async comesTo(target, why = 'the focus comes there') {
    await target.waitFor()
    for (const until = Date.now() + 5_000; Date.now() < until; ) {
      if (await this.isOn(target)) return this.isSeen(why)
      await this.page.evaluate(() => new Promise(requestAnimationFrame))
    }
    assert.fail(`${why}: ${target} is not what has it, but ${(await this.page.evaluate(look)).what}`)
  }

  /** Goes on by Tab (or another key) until the focus is there. */
  async to(target, key = 'Tab') {
    await target.waitFor({ state: 'attached' })
    const passed = []
    for (let i = 0; i < FAR; i++) {
      if (await this.isOn(target)) return
      await this.page.keyboard.press(key)
      const { what } = await this.page.evaluate(look)
      // Past the last stop the page itself has the focus once, as it would be the browser's own buttons.
      if (what === 'nothing' && passed.at(-1) !== 'nothing') passed.push(what)
      else passed.push((await this.isSeen(`${key} from ${passed.at(-1) ?? 'where it began'}`)).what)
    }
    assert.fail(`${key} never comes to ${target}, but to\n${passed.join('\n')}`)
  }

  async enter(target, key = 'Tab') {
    await this.to(target, key)
    await this.press('Enter')
  }

  async space(target, key = 'Tab') {
    await this.to(target, key)
    await this.press('Space')
  }

  /** Writes into a field in place of what stands there. */
  async fill(field, text) {
    await this.to(field)
    await this.press('Control+a')
    await this.type(text)
  }

  /** Chooses from a list by its arrows. */
  async choose(list, label) {
    await this.to(list)
    await this.press('Home')
    for (let i = 0; i < FAR; i++) {
      if ((await list.evaluate((one) => one.selectedOptions[0]?.label)) === label) return
      await this.press('ArrowDown')
    }
    assert.fail(`there is no ${label} in the list`)
  }
}
