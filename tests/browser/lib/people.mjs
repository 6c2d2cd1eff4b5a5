/* people.mjs - Chromium, and people who use it: each in a context of their own, watched for what pages complain of. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { words } from './words.mjs'

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path))

export function launch() {
  assert.ok(executablePath, 'the Debian package chromium is missing')
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  })
}

/** The browser's own words about a network that is gone, and about links and codes that are refused, are not the page's
 * fault. */
function isExpected(message) {
  return /ERR_(CONNECTION|INTERNET|EMPTY|SOCKET)|WebSocket connection to/.test(message.text()) || /\/auth\/(ask|redeem)$/.test(message.location().url)
}

export class Person {
  /** Opens a window that reaches the world through a door. Of `options`, `locale` is 'sv' or 'en'; the rest is
   * Playwright's. */
  static async enter(browser, world, door, { locale = 'sv', ...options } = {}) {
    const person = new Person()
    person.world = world
    person.door = world.doors[door]
    person.origin = world.origin(door)
    person.speaks(locale)
    /** Console errors, exceptions and violations of the security policy. */
    person.complaints = []
    person.context = await browser.newContext({ locale: locale === 'sv' ? 'sv-SE' : 'en-GB', viewport: { width: 1440, height: 900 }, ...options })
    person.context.setDefaultTimeout(10_000)
    await person.context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
    })
    person.#watch()
    person.page = await person.context.newPage()
    return person
  }

  /** All pages of the window, also those that a page opens. */
  #watch() {
    this.context.on('console', (message) => {
      if (message.type() === 'error' && !isExpected(message)) this.complaints.push(message.text())
    })
    this.context.on('weberror', (error) => this.complaints.push(String(error.error())))
    this.context.on('page', (page) => page.on('crash', () => this.complaints.push(`the page ${page.url()} crashed`)))
  }

  /** The language in which the page is read from now on. */
  speaks(locale) {
    this.locale = locale
    this.says = words(locale)
  }

  goto(path) {
    return this.page.goto(this.origin + path)
  }

  /** Signs in with a link that the operator printed, as a person does: opens it and presses the button. */
  async signIn(mail) {
    const link = await this.world.operator('link', mail)
    await this.page.goto(link.replace(/^https?:\/\/[^/]+/, this.origin))
    await this.button('sign_in').click()
    await this.page.getByRole('button', { name: this.says('my_menu', { name: '' }) }).waitFor()
  }

  /** Puts the cable in again and presses the button that asks for the connection, which goes away when the page has found
   * it by itself meanwhile. */
  async mend(key) {
    const button = this.button(key)
    this.door.mend()
    await Promise.any([button.click(), button.waitFor({ state: 'detached' })])
    await button.waitFor({ state: 'detached' })
  }

  // --- things found by the words on them; a key of the client's messages, or the words themselves ---

  said(key, given) {
    return typeof key === 'string' && /^[a-z]+(_[a-z]+)*_?$/.test(key) ? this.says(key, given) : key
  }

  button(key, given) {
    return this.page.getByRole('button', { name: this.said(key, given), exact: true })
  }

  link(key, given) {
    return this.page.getByRole('link', { name: this.said(key, given), exact: true })
  }

  field(key, given) {
    return this.page.getByLabel(this.said(key, given), { exact: true })
  }

  heading(key, given) {
    return this.page.getByRole('heading', { name: this.said(key, given), exact: true })
  }

  /** The heading that says where one is. */
  title(key, given) {
    return this.page.getByRole('heading', { level: 1, name: this.said(key, given), exact: true })
  }

  text(key, given) {
    return this.page.getByText(this.said(key, given), { exact: true })
  }

  /** What has the keyboard's focus: its role as the browser sees it and its name. */
  focused() {
    return this.page.evaluate(() => {
      const element = document.activeElement
      return { tag: element.tagName.toLowerCase(), name: element.getAttribute('aria-label') ?? element.textContent.trim() }
    })
  }

  async leave() {
    await this.context.close()
    assert.deepEqual(this.complaints, [], 'the pages complained')
  }
}
