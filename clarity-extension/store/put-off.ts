import type { Tables } from './schema.ts'

/** Work that is done later. Who needs it waits until it is done. */
export interface PutOff {
  /** Queries that name one of these need it. */
  tables: readonly (keyof Tables)[]
  /** So does what does not say beforehand what it will ask for: a transaction, or a procedure that is not ahead. */
  anything: boolean
  /** @returns what to wait for, undefined when nothing is left to do. It never rejects */
  done(): Promise<void> | undefined
}

/** What is put off, as a store's driver sees it. */
export interface PutOffs {
  add(work: PutOff): void
  /** Resolves when what this query needs is done; `begin` and nothing at all may ask for anything. */
  before(sql?: string): Promise<void>
}

export function createPutOffs(): PutOffs {
  const all = new Set<PutOff>()
  return {
    add: (work) => void all.add(work),
    async before(sql = 'begin') {
      for (const { tables, anything, done } of all)
        if (sql === 'begin' ? anything : tables.some((table) => sql.includes(table))) await done()
    },
  }
}
