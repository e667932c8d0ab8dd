import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { MappedBy } from '../mapping/rule-sets.ts'
import type { Tables } from '../store/schema.ts'

/** A record and the rules that wrote it. */
export interface RuleWrite {
  kind: string
  clarityId: string
  by: MappedBy
  eventId: number
}

/** Remembers which versions wrote which record. Kept while the record is linked: it outlives the event. */
export async function saveWrites(trx: Kysely<Tables>, writes: readonly RuleWrite[], now: number): Promise<void> {
  if (writes.length === 0) return
  const stamps = new Map(writes.map(({ by }) => [stampOf(by), by]))
  await trx
    .insertInto('rule_stamps')
    .values(
      // Always in one order: replicas that write the same new stamps wait for each other, never in a ring.
      [...stamps].sort(([x], [y]) => (x < y ? -1 : 1)).flatMap(([stamp, by]) => by.map((one) => ({ stamp, ...one }))),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const rows = new Map(
    writes.map(({ kind, clarityId, by, eventId }) => {
      const row = { kind, clarity_id: clarityId, stamp: stampOf(by), event_id: eventId, written_at: now }
      return [`${kind}:${clarityId}:${row.stamp}`, row]
    }),
  )
  await trx
    .insertInto('rule_writes')
    .values([...rows.values()])
    .onConflict((conflict) =>
      conflict.columns(['kind', 'clarity_id', 'stamp']).doUpdateSet((eb) => ({
        event_id: eb.ref('excluded.event_id'),
        written_at: eb.ref('excluded.written_at'),
      })),
    )
    .execute()
}

const stampOf = (by: MappedBy): string =>
  createHash('sha256')
    .update(by.map(({ name, version }) => `${name}@${version}`).join(' '))
    .digest('hex')
    .slice(0, 16)
