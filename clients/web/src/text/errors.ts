/* errors.ts - what went wrong, in the reader's words. */
import { m } from '../i18n.svelte'
import { isReason, NoAnswer, RpcError } from '../transport/errors'

export function sayError(error: unknown): string {
  if (error instanceof NoAnswer) return m.error_no_answer()
  if (!(error instanceof RpcError)) return m.error_internal()
  switch (error.reason) {
    case 'forbidden':
      return m.error_forbidden()
    case 'not_found':
      return m.error_not_found()
    case 'conflict':
      return m.error_conflict()
    case 'too_large':
      return m.error_too_large()
    case 'rate_limited':
      return m.error_rate_limited()
    case 'busy':
    case 'unavailable':
      return m.error_busy()
    case 'invalid':
      return m.error_invalid({ field: (error.field ?? '').replace(/^\//, '') })
    case 'unauthenticated':
      return m.error_unauthenticated()
    default:
      return m.error_internal()
  }
}

/** The parameter that the server means, 'name' or 'meetings/0/theme_sv'; undefined when it means none. */
export function fieldOf(error: unknown): string | undefined {
  return isReason(error, 'invalid') ? error.field?.replace(/^\//, '') : undefined
}
