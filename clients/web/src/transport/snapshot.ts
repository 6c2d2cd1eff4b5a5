/* snapshot.ts - a large snapshot, fetched over HTTP, where the browser inflates what the server has made small. */

export interface Fetched {
  /** Number of the last event it holds. */
  seq: number
  snapshot: unknown
}

/** Only what the server names so is fetched, and never from elsewhere. */
const ADDRESS = /^\/snapshot\/[a-z]+:[0-9a-f-]+\/\d+$/
const DEADLINE_MS = 30_000

/** Fails with any error when it cannot be had; the caller then asks for the snapshot over the connection. */
export async function fetchSnapshot(url: string): Promise<Fetched> {
  if (!ADDRESS.test(url)) throw new Error('no address of a snapshot')
  const answer = await fetch(url, { cache: 'no-store', credentials: 'same-origin', redirect: 'error', signal: AbortSignal.timeout(DEADLINE_MS) })
  const seq = Number(answer.headers.get('Korsdrag-Seq') ?? NaN)
  if (!answer.ok || !Number.isSafeInteger(seq)) throw new Error(`no snapshot: ${answer.status}`)
  return { seq, snapshot: await answer.json() }
}
