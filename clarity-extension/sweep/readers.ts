import type { ChangeKind, OdooClient } from '../../odoo-bridge/client/client.ts'
import type { EventType } from '../../shared/events.ts'
import type { Failure } from '../../shared/outcome.ts'
import type { Direction, Entity } from '../../shared/switches.ts'
import type { Reply } from '../clarity/call.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { Batch } from '../clarity/paging.ts'
import type { Switches } from '../switches.ts'
import type { Reader } from './incremental.ts'
import type { Seen } from './missed.ts'

export interface ReaderParts {
  clarity: ClarityClient
  odoo: OdooClient
  switches: Pick<Switches, 'enabled'>
  store: string
  /** Whether the bridge does anything with such an event. */
  hasFlow(type: EventType): boolean
}

/** One line per entity and side: what is read by time of change, and as which event it is told. */
export function readers(parts: ReaderParts): Reader[] {
  const { clarity } = parts
  return [
    fromClarity(parts, 'order', 'order.updated', (since) => clarity.orders(since)),
    fromClarity(parts, 'customer', 'customer.updated', (since) => clarity.customers(since)),
    fromClarity(parts, 'product', 'product.updated', (since) => clarity.products(since)),
    fromClarity(parts, 'return', 'return.updated', (since) => clarity.returns(since)),
    fromOdoo(parts, 'order', 'order'),
    fromOdoo(parts, 'shipment', 'picking'),
    fromOdoo(parts, 'stock', 'stock'),
    fromOdoo(parts, 'invoice', 'invoice'),
    fromOdoo(parts, 'return', 'return'),
    fromOdoo(parts, 'product', 'product'),
    fromOdoo(parts, 'customer', 'partner'),
    fromOdoo(parts, 'price', 'price'),
  ].filter((reader) => reader !== undefined)
}

type Reading = (since: string) => AsyncGenerator<Reply<Batch<{ id: string; updatedAt: string }>>>

function fromClarity(parts: ReaderParts, entity: Entity, type: EventType, read: Reading): Reader | undefined {
  if (!parts.hasFlow(type)) return undefined
  return {
    name: sweepName(entity, 'toOdoo'),
    source: 'clarity',
    wanted: () => parts.switches.enabled(entity, 'toOdoo'),
    async *changes(since, signal) {
      for await (const reply of read(since)) {
        if (!reply.ok) throw failed(reply.outcome)
        const { records, unreadable } = reply.value
        const readable = records.map((data): Seen => seen(entity, type, data))
        // Its flow reads it once more and names the fields that cannot be read.
        yield [...readable, ...unreadable.map(({ id, updatedAt }) => seen(entity, type, { id, updatedAt }))]
        if (signal.aborted) return
      }
    },
  }
}

/** As the addon's webhooks would have told it. */
function fromOdoo({ odoo, store, switches }: ReaderParts, entity: Entity, kind: ChangeKind): Reader {
  return {
    name: sweepName(entity, 'toClarity'),
    source: 'odoo',
    wanted: () => switches.enabled(entity, 'toClarity'),
    async *changes(since, signal) {
      let position: { since: string; after?: number } | null = { since }
      while (position && !signal.aborted) {
        const reply: Awaited<ReturnType<OdooClient['changes']>> = await odoo.changes(store, kind, position, { signal })
        if (!reply.ok) throw failed(reply.outcome)
        yield reply.value.changes.map(
          ({ id, version, body }): Seen => ({ key: `${kind}:${id}`, version, envelope: body }),
        )
        position = reply.value.next
      }
    },
  }
}

const seen = (entity: Entity, type: EventType, data: { id: string; updatedAt: string }): Seen => ({
  key: `${entity}:${data.id}`,
  version: data.updatedAt,
  envelope: { type, timestamp: data.updatedAt, data },
})

/** What a sweep says when a side does not answer; its next run tries again. */
export const failed = (outcome: Failure): Error =>
  new Error(outcome.kind === 'correct' ? outcome.problems[0].message : outcome.message)

export const sweepName = (entity: Entity, direction: Direction): string => `${entity} ${direction}`
