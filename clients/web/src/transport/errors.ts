/* Why a call did not get its answer. */

/** The closed list of codes, as protocol/errors.c numbers them. */
export const codes = {
  parse: -32700,
  request: -32600,
  method: -32601,
  invalid: -32602,
  internal: -32603,
  unauthenticated: -32001,
  forbidden: -32003,
  not_found: -32004,
  conflict: -32009,
  too_large: -32013,
  busy: -32020,
  unavailable: -32021,
  rate_limited: -32029,
} as const
export type Reason = keyof typeof codes

const reasonOf = new Map<number, Reason>(Object.entries(codes).map(([reason, code]) => [code, reason as Reason]))

/** The server has answered, and the answer is no. */
export class RpcError extends Error {
  readonly reason: Reason
  constructor(
    readonly code: number,
    message: string,
    /** JSON pointer to the parameter that is meant. */
    readonly field?: string,
    readonly retryAfterMs?: number,
  ) {
    super(message)
    this.name = 'RpcError'
    this.reason = reasonOf.get(code) ?? 'internal'
  }
}

/** No answer came: the connection was lost, or the deadline passed. Whether it was done is unknown. */
export class NoAnswer extends Error {
  constructor(readonly why: 'disconnected' | 'deadline' | 'signed_out') {
    super(`no answer: ${why}`)
    this.name = 'NoAnswer'
  }
}

/** Whether the same change should be sent again, with the same op. */
export function isWorthRepeating(error: unknown): boolean {
  if (error instanceof NoAnswer) return true
  return error instanceof RpcError && ['busy', 'unavailable', 'rate_limited', 'unauthenticated'].includes(error.reason)
}

export function isReason(error: unknown, reason: Reason): error is RpcError {
  return error instanceof RpcError && error.reason === reason
}
