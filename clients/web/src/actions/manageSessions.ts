import { sync } from '../sync'

export const revokeSession = (session: string) => sync.now('session.revoke', { session })
/** The token is shown this once: the server keeps only its hash. */
export const createToken = (name: string, days: number) => sync.now('token.create', { name, days })
