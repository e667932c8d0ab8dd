import type { Kysely } from 'kysely'
import type { EventType } from '../../shared/events.ts'
import type { Entity } from '../../shared/switches.ts'
import { type ClarityClient, type DigestEntry, digested } from '../clarity/client.ts'
import { newTraceId, route } from '../ledger/lanes.ts'
import type { Ledger } from '../ledger/types.ts'
import { padded } from '../store/padded.ts'
import type { Tables } from '../store/schema.ts'
import type { Switches } from '../switches.ts'
import { createCursors } from './cursors.ts'
import { failed } from './readers.ts'
import type { Sweep } from './schedule.ts'

export interface DigestParts {
  db: Kysely<Tables>
  clarity: Pick<ClarityClient, 'digest'>
  ledger: Pick<Ledger, 'ingest'>
  switches: Pick<Switches, 'enabled'>
  hasFlow(type: EventType): boolean
  /** Unix milliseconds. */
  now?: () => number
}

type Resource = (typeof digested)[number]

/** As which event a record of it is told. */
const told: Record<Resource, { entity: Entity; type: EventType; lane: (id: string) => string }> = {
  orders: { entity: 'order', type: 'order.updated', lane: (id) => `order:${id}` },
  customers: { entity: 'customer', type: 'customer.updated', lane: (id) => `customer:${id}` },
  products: { entity: 'product', type: 'product.updated', lane: (id) => `product:${id}` },
  returns: { entity: 'return', type: 'return.updated', lane: (id) => `return:${id}` },
}

/** Rows per statement. */
const CHUNK = 500

/**
 * The net below the net: a record that changed without its time of change (an import straight into the storefront's database)
 * is found by its hash. The first run notes all; later ones tell of those that changed and of which nothing came since.
 */
export function digests(parts: DigestParts): Sweep {
  const { clarity, switches, hasFlow, now = Date.now } = parts
  const cursors = createCursors(parts.db, now)
  return { name: 'digests', cron: '45 3 * * *', atStart: false, run }

  async function run({ signal }: { signal: AbortSignal }): Promise<string> {
    const said: string[] = []
    for (const resource of digested) {
      const { entity, type } = told[resource]
      if (signal.aborted || !hasFlow(type) || !(await switches.enabled(entity, 'toOdoo'))) continue
      const began = now()
      const reply = await clarity.digest(resource)
      if (!reply.ok) throw failed(reply.outcome)
      said.push(`${resource}: ${reply.value.length} compared, ${await compare(resource, reply.value, began)} told`)
    }
    return said.length > 0 ? said.join('; ') : 'switched off'
  }

  async function compare(resource: Resource, entries: DigestEntry[], began: number): Promise<number> {
    const name = `digest of ${resource}`
    const last = await cursors.get(name)
    let silent = 0
    for (let from = 0; from < entries.length; from += CHUNK) {
      const changed = await changedOf(parts.db, resource, entries.slice(from, from + CHUNK))
      // The first run of all knows no before; what is older is the first load's.
      if (last !== undefined) silent += await tell(parts, resource, changed, Date.parse(last), began)
      await note(parts.db, resource, changed, began)
    }
    await cursors.save(name, new Date(began).toISOString())
    return silent
  }
}

async function changedOf(db: Kysely<Tables>, resource: Resource, entries: DigestEntry[]): Promise<DigestEntry[]> {
  const rows = await db
    .selectFrom('digests')
    .select(['clarity_id', 'hash'])
    .where('resource', '=', resource)
    .where('clarity_id', 'in', padded(entries.map(({ id }) => id)))
    .execute()
  const known = new Map(rows.map(({ clarity_id, hash }) => [clarity_id, hash]))
  return entries.filter(({ id, hash }) => known.get(id) !== hash)
}

/** Those of which nothing came since the last comparison. @returns how many */
async function tell(
  { db, ledger }: DigestParts,
  resource: Resource,
  changed: DigestEntry[],
  since: number,
  now: number,
): Promise<number> {
  if (changed.length === 0) return 0
  const { type, lane } = told[resource]
  const rows = await db
    .selectFrom('events')
    .select('lane')
    .distinct()
    .where('lane', 'in', padded(changed.map(({ id }) => lane(id))))
    .where('source', '=', 'clarity')
    .where('received_at', '>=', since)
    .execute()
  const heard = new Set(rows.map((row) => row.lane))
  const silent = changed.filter(({ id }) => !heard.has(lane(id)))
  const timestamp = new Date(now).toISOString()
  await Promise.all(
    silent.map(({ id, hash }) => {
      // Only the id: its flow reads the record as it is now.
      const payload = Buffer.from(JSON.stringify({ type, timestamp, data: { id, updatedAt: timestamp } }))
      const place = route('clarity', payload)
      if ('fault' in place) throw new Error(place.fault)
      const { traceId = newTraceId(), ...rest } = place
      return ledger.ingest({
        source: 'clarity',
        webhookId: `digest:${resource}:${id}:${hash}`,
        payload,
        traceId,
        ...rest,
      })
    }),
  )
  return silent.length
}

async function note(db: Kysely<Tables>, resource: Resource, changed: DigestEntry[], now: number): Promise<void> {
  if (changed.length === 0) return
  await db
    .insertInto('digests')
    .values(changed.map(({ id, hash }) => ({ resource, clarity_id: id, hash, seen_at: now })))
    .onConflict((conflict) =>
      conflict.columns(['resource', 'clarity_id']).doUpdateSet((row) => ({
        hash: row.ref('excluded.hash'),
        seen_at: now,
      })),
    )
    .execute()
}
