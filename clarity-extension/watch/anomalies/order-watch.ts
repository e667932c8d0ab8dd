import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Order, order as orderShape } from '../../../shared/entities.ts'
import { jsonOf } from '../../../shared/json.ts'
import { review } from '../../../shared/outcome.ts'
import { worthOf } from '../../ledger/worth.ts'
import type { Store } from '../../store/store.ts'
import type { Memory } from './memory.ts'
import { judgeOrder, type RecordFinding, recentOf, type SeenOrder, TWICE_WITHIN } from './orders.ts'
import { HOUR } from './readings.ts'
import type { RecentOrder } from './recent-orders.ts'
import { anomalyOf } from './record-anomaly.ts'
import { mayHold, type WatchRule, type WatchRules } from './rules.ts'
import { sentenceOf, short } from './told.ts'
import { twinsInStore } from './twins.ts'
import type { InspectedEvent, NewAnomaly, Watchman } from './types.ts'

interface OrderWatchParts {
  store: Pick<Store, 'db' | 'dialect'>
  open(stored: Uint8Array): Uint8Array
  rules: WatchRules
  memory: Memory
  insert(anomaly: NewAnomaly): Promise<void>
  now(): number
}

/** An order that was placed longer ago is history: learnt from, and nobody is told of it. */
const OLD_MS = 7 * 24 * HOUR
const REMEMBERED = 5_000

/** What is odd about an order before it is written for the first time. */
export function orderWatch({ store, open, rules, memory, insert, now }: OrderWatchParts): Watchman['inspect'] {
  const { db } = store
  const passed = new Recent()
  const twinsOf = twinsInStore({ store, read, now, withinMs: 2 * TWICE_WITHIN })

  return async (given, event) => {
    const order = seenOrder(given)
    const skus = order.lines.map(({ sku }) => sku)
    // Tried again after it was let through: it was learnt then.
    const content = contentOf(order)
    if (passed.has(content)) return undefined
    const settings = new Map((await rules.all()).map((setting) => [setting.rule, setting]))
    const twins = await elsewhere(order, given, event)
    const history = await memory.orders(skus)
    const nameOf = ({ rule }: Pick<RecordFinding, 'rule'>): WatchRule => (rule === 'stock' ? 'stockLevel' : rule)
    const limits = { tolerance: (rule: RecordFinding['rule']) => settings.get(nameOf({ rule }))?.tolerance ?? 1 }
    const young = order.at > now() - OLD_MS
    const found = young
      ? judgeOrder(order, history, limits, twins).filter((one) => settings.get(nameOf(one))?.action !== 'off')
      : []
    const holds = (one: RecordFinding) => settings.get(nameOf(one))?.action === 'hold' && mayHold(nameOf(one))
    const held = event.approvals.includes('anomaly') ? undefined : found.find(holds)
    if (!held) {
      memory.learn(order)
      passed.add(content)
    }
    // Told when it was seen first.
    if (found.length > 0 && !(await wasSeen(event.id))) {
      for (const one of found) await insert(anomalyOf(one, nameOf(one), holds(one) ? 'hold' : 'notify', now(), event))
    }
    return held && review('anomaly', sentenceOf(held), factsOf(held))
  }

  /** Orders of the last minutes that other replicas may have inspected: as far as the same amount makes them comparable. */
  async function elsewhere({ id }: SeenOrder, order: Order, event: InspectedEvent): Promise<RecentOrder[]> {
    const worth = store.dialect === 'postgres' ? worthOf('order.created', order) : undefined
    return worth ? twinsOf({ ...worth, eventId: event.id, lane: `order:${id}` }) : []
  }

  /** What is no JSON its own flow says, in its own words. */
  function read(payload: Uint8Array): RecentOrder | undefined {
    const parsed = envelope.safeParse(jsonOf(Buffer.from(open(payload)).toString('utf8')))
    return parsed.success ? recentOf(seenOrder(parsed.data.data)) : undefined
  }

  async function wasSeen(eventId: number): Promise<boolean> {
    const row = await db
      .selectFrom('anomalies')
      .select('id')
      .where('event_id', '=', eventId)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }
}

/** What of an order is judged. */
function seenOrder({ id, placedAt, customerId, contact, shippingAddress, items }: Order): SeenOrder {
  const who = customerId ?? contact?.email?.trim().toLowerCase()
  return {
    id,
    at: Date.parse(placedAt),
    // Somebody unknown is nobody twice.
    person: who === undefined ? id : createHash('sha256').update(who).digest('hex').slice(0, 16),
    country: shippingAddress.country,
    lines: items.map(({ sku, quantity, unitPrice, discount, discountPercent, taxRate }) => ({
      sku,
      quantity: Number(quantity),
      unitPrice: Number(unitPrice),
      discountPercent: discountPercent
        ? Number(discountPercent)
        : percentOf(Number(discount), Number(unitPrice) * Number(quantity)),
      taxRate: Number(taxRate),
    })),
  }
}

/** An order that was changed since is looked at anew. */
const contentOf = ({ id, lines }: SeenOrder): string =>
  createHash('sha256')
    .update(JSON.stringify([id, lines]))
    .digest('base64')
    .slice(0, 16)

const envelope = z.object({ data: orderShape })

/** The newest of what was added. */
class Recent {
  readonly #ids = new Set<string>()
  has(id: string): boolean {
    return this.#ids.has(id)
  }
  add(id: string): void {
    this.#ids.add(id)
    const [oldest] = this.#ids
    if (this.#ids.size > REMEMBERED && oldest !== undefined) this.#ids.delete(oldest)
  }
}

const percentOf = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0)

const factsOf = ({ rule, about, seen, low, high, known }: RecordFinding) => ({
  rule,
  about,
  seen: Number(short(seen)),
  usual_from: Number(short(low)),
  usual_to: Number(short(high)),
  known,
})
