import { afterEach, expect, test, vi } from 'vitest'
import { fetchSnapshot } from './snapshot'

const URL = '/snapshot/board:0190aaaa-0000-7000-8000-000000000001/7'
const answers = (body: unknown, status = 200, headers: Record<string, string> = { 'Korsdrag-Seq': '9' }) => {
  const fetch = vi.fn(async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}
afterEach(() => vi.unstubAllGlobals())

test('says up to which event it goes', async () => {
  const fetch = answers({ cards: [] })
  expect(await fetchSnapshot(URL)).toEqual({ seq: 9, snapshot: { cards: [] } })
  expect(fetch).toHaveBeenCalledWith(URL, expect.objectContaining({ cache: 'no-store', credentials: 'same-origin', redirect: 'error' }))
})

test('goes nowhere else', async () => {
  const fetch = answers({})
  for (const url of ['https://elsewhere.example/snapshot/board:1/1', '//elsewhere.example/', '/auth/sign-out', '/snapshot/../auth', `${URL}?x`, '']) {
    await expect(fetchSnapshot(url)).rejects.toThrow()
  }
  expect(fetch).not.toHaveBeenCalled()
})

test('fails when it is refused, has no number or is no JSON', async () => {
  answers('not found', 404)
  await expect(fetchSnapshot(URL)).rejects.toThrow()
  answers({}, 200, {})
  await expect(fetchSnapshot(URL)).rejects.toThrow()
  answers('<html>')
  await expect(fetchSnapshot(URL)).rejects.toThrow()
})
