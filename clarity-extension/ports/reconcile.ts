import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Order, ReturnRequest } from '../../shared/entities.ts'
import type { Audit } from '../audit/audit.ts'
import type { Reply } from '../clarity/call.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { Batch } from '../clarity/paging.ts'
import type { ReconciliationPort } from '../http/ports.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Links } from '../links.ts'
import { answerOf } from '../reconcile/answer.ts'
import { driftsCsv, takingsCsv } from '../reconcile/csv.ts'
import type { Comparison, Drift, Repairs } from '../reconcile/drift.ts'
import { createDrifts } from '../reconcile/drifts.ts'
import { compareInvoices } from '../reconcile/invoices.ts'
import { compareOrders } from '../reconcile/orders.ts'
import { comparePayments } from '../reconcile/payments.ts'
import type { Piles } from '../reconcile/piles.ts'
import { compareReturns } from '../reconcile/returns.ts'
import { reconcile, repair } from '../reconcile/run.ts'
import { compareStock } from '../reconcile/stock.ts'
import { type Booked, takings } from '../reconcile/takings.ts'
import type { Tables } from '../store/schema.ts'
import { type Cursors, createCursors } from '../sweep/cursors.ts'
import type { Sweep } from '../sweep/schedule.ts'
import type { Switches } from '../switches.ts'
import type { DemandStore } from './demand.ts'
import type { PublishedStock } from './published.ts'
import type { StockSettings } from './stock.ts'

export interface ReconcileParts {
  db: Kysely<Tables>
  /** What the store holds of a payload, as it came. */
  open(stored: Uint8Array): Uint8Array
  clarity: ClarityClient
  odoo: OdooClient
  store: string
  piles: Piles
  settings: StockSettings
  ledger: Pick<Ledger, 'enqueue'>
  links: Pick<Links, 'forget' | 'save' | 'get' | 'byOdoo'>
  published: Pick<PublishedStock, 'forget'>
  demand: Pick<DemandStore, 'all' | 'release'>
  audit: Pick<Audit, 'record'>
  switches: Pick<Switches, 'enabled'>
  now?: () => number
}

/** One call of Odoo is one snapshot. */
const PRODUCTS_PER_CALL = 1_000
const DOCUMENTS_PER_CALL = 500
const ORDERS_PER_CALL = 200
const DAY_MS = 24 * 3_600_000
/** A month and the days around it: what an accountant may still close. */
const WINDOW_MS = 45 * DAY_MS

/** Comparing both sides and mending what differs, for its sweep and for the panel. */
export function reconciliation(parts: ReconcileParts): { run: Sweep['run']; port: ReconciliationPort } {
  const { db, clarity, odoo, store, audit, now = Date.now } = parts
  const drifts = createDrifts(db, now)
  const cursors = createCursors(db, now)
  const repairDrift = repair(repairsOf(parts), drifts)
  const run = reconcile(() => comparisons(parts, cursors), drifts)

  const taken = {
    orders: (since: string) => recordsOf(clarity.orders(since)),
    returns: (since: string) => recordsOf(clarity.returns(since)),
    order: async (id: string) => answerOf(await clarity.getOrder(id)),
    booked: async (days: Parameters<OdooClient['takings']>[1]) => answerOf(await odoo.takings(store, days)),
  }

  return {
    run,
    port: {
      list: drifts.list,
      counts: drifts.counts,
      takings: (first, last) => takings(taken, first, last),
      takingsCsv: async (first, last) => takingsCsv(await takings(taken, first, last)),
      async driftsCsv() {
        const rows = []
        for (let cursor: number | undefined; ; ) {
          const page = await drifts.list({ cursor, limit: 1_000 })
          rows.push(...page.rows)
          if (page.next === null) return driftsCsv(rows)
          cursor = page.next
        }
      },
      async repair(id, way, by) {
        const drift = await drifts.get(id)
        if (!drift) return undefined
        const began = await repairDrift(drift, way, by)
        if (began) {
          const entity = `drift:${drift.kind} ${drift.key}`
          const before = { clarity: drift.clarity, odoo: drift.odoo }
          await audit.record({ who: by, action: 'drift.repair', entity, before, after: { way } })
        }
        return began
      },
    },
  }
}

/** Everything that both sides must agree on. What two of them need is read once. */
function comparisons(parts: ReconcileParts, cursors: Cursors): Comparison[] {
  const { clarity, odoo, store, settings, switches, links, now = Date.now } = parts
  const since = new Date(now() - WINDOW_MS).toISOString()
  const returns = once(async () => {
    const all: ReturnRequest[] = []
    for await (const some of recordsOf(clarity.returns(since))) all.push(...some)
    return all
  })
  const orders = once(async () => {
    const all: Order[] = []
    for await (const some of recordsOf(clarity.orders(since))) all.push(...some)
    return all
  })
  const known = async (id: string) => (await links.get('order', id)) !== undefined
  return [
    compareStock({
      settings,
      piles: parts.piles,
      async *shown() {
        await settings.refresh()
        yield* recordsOf(clarity.listInventory())
      },
      page: async (after, pendingOrders) =>
        answerOf(await odoo.readPage(store, 'stock', { after, limit: PRODUCTS_PER_CALL, pendingOrders })),
      demand: () => parts.demand.all(),
      release: (orderIds) => parts.demand.release(orderIds),
    }),
    compareOrders({
      orders: () => inPages(orders),
      states: async (ids) => answerOf(await odoo.readState(store, 'order', ids)).orders,
      shipments: async (id) => answerOf(await clarity.listShipments(id)),
      begin: async () => Date.parse((await cursors.get('order toOdoo since')) ?? new Date(now()).toISOString()),
      notForUs: (lane, ids) => notForUs(parts, lane, ids),
    }),
    comparePayments({
      wanted: () => switches.enabled('payment', 'toOdoo'),
      orders: () => inPages(orders),
      returns,
      booked: () => bookedSince(parts, since),
      known,
    }),
    compareInvoices({
      wanted: () => switches.enabled('invoice', 'toClarity'),
      shown: () => recordsOf(clarity.invoices()),
      page: async (after) => answerOf(await odoo.readPage(store, 'invoice', { after, limit: DOCUMENTS_PER_CALL })),
    }),
    compareReturns({
      wanted: () => switches.enabled('return', 'toOdoo'),
      returns,
      page: async (after) => answerOf(await odoo.readPage(store, 'return', { after, limit: DOCUMENTS_PER_CALL })),
      credits: async (after) => answerOf(await odoo.readPage(store, 'credit', { after, limit: DOCUMENTS_PER_CALL })),
      known,
    }),
  ]
}

async function bookedSince({ odoo, store, now = Date.now }: ReconcileParts, since: string): Promise<Booked[]> {
  const days = { firstDay: since.slice(0, 10), lastDay: new Date(now() + DAY_MS).toISOString().slice(0, 10) }
  const rows: Booked[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: { payments: Booked[]; next: number | null } = answerOf(await odoo.takings(store, { ...days, after }))
    rows.push(...page.payments)
    after = page.next
  }
  return rows
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  return () => (answer ??= read())
}

async function* inPages<T>(read: () => Promise<T[]>): AsyncGenerator<T[]> {
  const all = await read()
  for (let from = 0; from < all.length; from += ORDERS_PER_CALL) yield all.slice(from, from + ORDERS_PER_CALL)
}

async function* recordsOf<T>(batches: AsyncIterable<Reply<Batch<T>>>): AsyncGenerator<T[]> {
  for await (const reply of batches) yield answerOf(reply).records
}

/** One side is told once more, by the flow that always tells it: what it held to be known is forgotten first. */
function repairsOf({ ledger, links, published, now = Date.now }: ReconcileParts): Repairs {
  const bringOrder = async ({ lane, subject }: Drift) => {
    const id = lane.slice('order:'.length)
    const link = await links.get('order', id)
    if (link) await links.save({ ...link, hash: '' })
    const data = { id, updatedAt: new Date(now()).toISOString() }
    await ledger.enqueue({ type: 'order.updated', lane, subject, priority: 0, data })
  }
  return {
    stock: {
      async toClarity({ subject: sku, lane }) {
        await published.forget([sku])
        await ledger.enqueue({ type: 'stock.changed', lane, subject: sku, priority: 2, data: { product_id: 0, sku } })
      },
    },
    order_missing: { toOdoo: bringOrder },
    order_status: {
      async toClarity({ key, lane, subject }) {
        const link = await links.get('order', key)
        if (link) await links.save({ ...link, clarityHash: '' })
        const data = { order: { id: link?.odooId ?? 0, ref: key } }
        await ledger.enqueue({ type: 'sale_order.changed', lane, subject, priority: 1, data })
      },
    },
    payment: { toOdoo: bringOrder },
    refund: { toOdoo: bringOrder },
    invoice: {
      async toClarity({ lane, subject }) {
        const id = Number(lane.slice('invoice:'.length))
        const link = await links.byOdoo('account.move', id)
        if (link) await links.save({ ...link, clarityHash: '' })
        const data = { invoice_id: id, order: { id: 0, ref: '' } }
        await ledger.enqueue({ type: 'invoice.changed', lane, subject, priority: 1, data })
      },
    },
    return: {
      async toOdoo({ key: id, lane, subject }) {
        const link = await links.get('return', id)
        if (link) await links.save({ ...link, hash: '' })
        const data = { id, updatedAt: new Date(now()).toISOString() }
        await ledger.enqueue({ type: 'return.updated', lane, subject, priority: 0, data })
      },
      async toClarity({ key, lane, subject }) {
        const link = await links.get('return', key)
        const data = { return: { id: link?.odooId ?? 0, ref: key } }
        await ledger.enqueue({ type: 'return.changed', lane, subject, priority: 1, data })
      },
    },
    shipment: {
      async toClarity({ key, lane, subject }) {
        const link = await links.byOdoo('stock.picking', Number(key))
        if (link) await links.forget('shipment', link.clarityId)
        const data = { picking_id: Number(key), order: { id: 0, ref: lane.slice('order:'.length) } }
        await ledger.enqueue({ type: 'picking.done', lane, subject, priority: 1, data })
      },
    },
  }
}

const picking = z.object({ data: z.object({ picking_id: z.int() }) })

/** Deliveries of which the ledger says that they are nothing for the storefront. */
async function notForUs(
  { db, open }: Pick<ReconcileParts, 'db' | 'open'>,
  lane: string,
  ids: number[],
): Promise<Set<number>> {
  const rows = await db
    .selectFrom('events')
    .select('payload')
    .where('lane', '=', lane)
    .where('type', 'in', ['picking.done', 'picking.tracking'])
    .where('state', '=', 'skipped')
    .where('cause', '=', 'not_for_us')
    .execute()
  const skipped = rows.map(({ payload }) => picking.parse(JSON.parse(Buffer.from(open(payload)).toString('utf8'))).data)
  return new Set(skipped.map(({ picking_id }) => picking_id).filter((id) => ids.includes(id)))
}
