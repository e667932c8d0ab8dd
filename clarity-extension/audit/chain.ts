import { createHash } from 'node:crypto'
import type { AuditTable } from '../store/schema.ts'

/** What stands before the first row. */
export const BEGINNING = '0'.repeat(64)

export type Link = Omit<AuditTable, 'id' | 'hash'>

/** The hash of a row covers all of it and the row before: whoever changes, removes or inserts one breaks every later hash. */
export function hashOf({ previous, at, who, action, entity, before, after }: Link): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, at, who, action, entity, before, after]))
    .digest('hex')
}
