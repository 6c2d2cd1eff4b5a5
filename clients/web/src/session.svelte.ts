/* session.svelte.ts - signing in and out over HTTP. The session itself is a cookie that no script can read; what
 * we keep is only that there ought to be one, so that a stranger's page need not knock on the socket. */
import type { Locale } from './protocol'
import { sync } from './sync'

const SIGNED_IN = 'korsdrag:signed-in'
/** Keys of what a person has written or read here; all of them go at sign-out. */
const PERSONAL = ['korsdrag:draft:', 'korsdrag:seen', SIGNED_IN]

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

let isExpected = $state(read(SIGNED_IN) !== null)

export const session = {
  /** Whether this browser has signed in and not signed out. */
  get isExpected(): boolean {
    return isExpected
  },
}

async function post(path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'same-origin',
    cache: 'no-store',
  })
}

export type AskOutcome = 'sent' | 'malformed' | 'too_many' | 'failed'

export async function askForLink(mail: string, locale: Locale): Promise<AskOutcome> {
  try {
    const answer = await post('/auth/ask', { mail, locale })
    if (answer.ok) return 'sent'
    return answer.status === 400 ? 'malformed' : answer.status === 429 ? 'too_many' : 'failed'
  } catch {
    return 'failed'
  }
}

export type RedeemOutcome = 'signed_in' | 'link_invalid' | 'other_browser' | 'too_many' | 'failed'

export async function redeem(proof: { token: string } | { code: string }): Promise<RedeemOutcome> {
  try {
    const answer = await post('/auth/redeem', proof)
    if (answer.ok) {
      begin()
      return 'signed_in'
    }
    if (answer.status === 410 || answer.status === 400) return 'link_invalid'
    return answer.status === 403 ? 'other_browser' : answer.status === 429 ? 'too_many' : 'failed'
  } catch {
    return 'failed'
  }
}

function begin(): void {
  isExpected = true
  try {
    localStorage.setItem(SIGNED_IN, '1')
  } catch {
    // remembered for as long as the page lives
  }
  sync.start()
}

/** The server has said that it does not know us. What waits in the outbox stays for the same member's return. */
export function lost(): void {
  isExpected = false
  try {
    localStorage.removeItem(SIGNED_IN)
  } catch {
    // nothing was kept
  }
}

export async function signOut(): Promise<void> {
  try {
    await post('/auth/sign-out', {})
  } finally {
    await sync.forget()
    forgetPersonal()
    isExpected = false
  }
}

function forgetPersonal(): void {
  try {
    for (const key of Object.keys(localStorage)) if (PERSONAL.some((start) => key.startsWith(start))) localStorage.removeItem(key)
  } catch {
    // nothing was kept
  }
}
