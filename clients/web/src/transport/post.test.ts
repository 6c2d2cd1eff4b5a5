import { afterEach, expect, test, vi } from 'vitest'
import { NoAnswer } from './errors'
import { postCall } from './post'

const answers = (body: string, status: number) => {
  const fetch = vi.fn(async () => new Response(body, { status }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}
afterEach(() => vi.unstubAllGlobals())

test('gives the result, and asks as our own page', async () => {
  const fetch = answers('{"jsonrpc":"2.0","id":1,"result":{"cards":3}}', 200)
  expect(await postCall('board.import', { a: 1 })).toEqual({ cards: 3 })
  expect(fetch).toHaveBeenCalledWith('/call/board.import', expect.objectContaining({ method: 'POST', credentials: 'same-origin', redirect: 'error', body: '{"a":1}' }))
})

test('says no as a call over the connection does', async () => {
  answers('{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"must be there","data":{"field":"/title"}}}', 200)
  await expect(postCall('board.import', {})).rejects.toMatchObject({ reason: 'invalid', field: '/title', message: 'must be there' })
  answers('', 413)
  await expect(postCall('board.import', {})).rejects.toMatchObject({ reason: 'too_large' })
  answers('', 401)
  await expect(postCall('board.import', {})).rejects.toMatchObject({ reason: 'unauthenticated' })
})

test('does not know when nobody answers', async () => {
  answers('', 503)
  await expect(postCall('board.import', {})).rejects.toBeInstanceOf(NoAnswer)
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('network')))
  await expect(postCall('board.import', {})).rejects.toBeInstanceOf(NoAnswer)
})
