/* post.ts - a call whose parameters are more than a message may hold, over HTTP. What comes back is the same. */
import { NoAnswer, RpcError } from './errors'

const DEADLINE_MS = 60_000

interface Answer {
  result?: unknown
  error?: { code: number; message: string; data?: { field?: string; retryAfterMs?: number } }
}

/** Fails with RpcError when the server says no, with NoAnswer when nobody knows whether it was done. */
export async function postCall(method: string, params: object): Promise<unknown> {
  let answer: Response
  try {
    answer = await fetch(`/call/${method}`, {
      method: 'POST',
      body: JSON.stringify(params),
      headers: { 'Content-Type': 'application/json' },
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
  } catch {
    throw new NoAnswer('disconnected')
  }
  if (answer.status === 401) throw new RpcError(-32001, 'sign in again')
  if (answer.status === 413) throw new RpcError(-32013, 'too large')
  if (answer.status === 429) throw new RpcError(-32029, 'too many calls')
  if (!answer.ok) throw new NoAnswer('disconnected')
  const { result, error } = (await answer.json()) as Answer
  if (error) throw new RpcError(error.code, error.message, error.data?.field, error.data?.retryAfterMs)
  return result
}
