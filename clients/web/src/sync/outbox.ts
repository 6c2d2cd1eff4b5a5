/* outbox.ts - changes that the server has not answered yet, kept over a reload in IndexedDB.
 *
 * Each change has one writer: the page that made it, for as long as that page holds its Web Lock. When the
 * page is gone, another of the same member takes the change over. Where the browser has neither database nor
 * locks the outbox lives as long as the page. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { newId } from '../protocol/id'
import type { Change } from './kind'

interface Kept {
  op: string
  member: string
  page: string
  change: Change
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Kept }
}

const lockOf = (page: string) => `korsdrag:page:${page}`

export class Outbox {
  readonly #page = newId()
  #member: string | undefined
  #database: Promise<IDBPDatabase<Schema>> | undefined
  #early: Change[] = []

  constructor(readonly name = 'korsdrag') {
    if (typeof indexedDB === 'undefined') return
    this.#database = openDB<Schema>(name, 1, { upgrade: (db) => void db.createObjectStore('outbox', { keyPath: 'op' }) })
    this.#database.catch(() => (this.#database = undefined))
    // Held until the page goes; its release tells the others.
    if (typeof navigator !== 'undefined' && navigator.locks) void navigator.locks.request(lockOf(this.#page), () => new Promise(() => {}))
  }

  /** Whose changes are kept from now on; those of anybody else are forgotten. */
  async belongTo(member: string): Promise<void> {
    this.#member = member
    const early = this.#early
    this.#early = []
    await this.#run(async (db) => {
      for (const kept of await db.getAll('outbox')) if (kept.member !== member) await db.delete('outbox', kept.op)
    })
    for (const change of early) await this.put(change)
  }

  async put(change: Change): Promise<void> {
    const member = this.#member
    if (!member) {
      this.#early.push(change)
      return
    }
    await this.#run((db) => db.put('outbox', { op: change.op, member, page: this.#page, change }))
  }

  async remove(op: string): Promise<void> {
    this.#early = this.#early.filter((change) => change.op !== op)
    await this.#run((db) => db.delete('outbox', op))
  }

  async wipe(): Promise<void> {
    this.#early = []
    await this.#run((db) => db.clear('outbox'))
  }

  /** What pages that are gone have left, oldest first; it is ours from now on. */
  async takeOver(): Promise<Change[]> {
    if (typeof navigator === 'undefined' || !navigator.locks) return this.#takeOver(new Set())
    return navigator.locks.request('korsdrag:take-over', async () => {
      const { held = [] } = await navigator.locks.query()
      return this.#takeOver(new Set(held.map((lock) => lock.name)))
    })
  }

  async #takeOver(locks: ReadonlySet<string | undefined>): Promise<Change[]> {
    const taken: Change[] = []
    await this.#run(async (db) => {
      for (const kept of await db.getAll('outbox')) {
        if (kept.member !== this.#member || kept.page === this.#page || locks.has(lockOf(kept.page))) continue
        await db.put('outbox', { ...kept, page: this.#page })
        taken.push(kept.change)
      }
    })
    return taken
  }

  /** A full or forbidden database costs safety over reloads, not the change. */
  async #run(work: (db: IDBPDatabase<Schema>) => Promise<unknown>): Promise<void> {
    try {
      const db = await this.#database
      if (db) await work(db)
    } catch {
      this.#database = undefined
    }
  }
}
