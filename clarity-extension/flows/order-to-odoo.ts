import { type Order, order as orderShape } from '../../shared/entities.ts'
import { clarityEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, type Outcome, skip } from '../../shared/outcome.ts'
import type { MappedBy } from '../mapping/rule-sets.ts'
import type { OrderState } from '../mapping/status.ts'
import type { Flow, FlowEvent, Trace } from './flow.ts'
import { problemsOf } from './problems.ts'

/**
 * order.* from the storefront -> sale.order in Odoo, its captured payments, and Odoo's number and status back.
 * Every kind of order event runs the same way: the event is a hint, the order as it stands now is brought to Odoo.
 */
export interface OrderToOdooPorts {
  readOrder(id: string, traceparent: string): Promise<Answer<Order>>
  /** What the order would be in Odoo, mapped and checked once. */
  prepare(order: Order, trace: Trace, approvals: readonly string[]): Promise<Perhaps<PreparedOrder>>
  /** Whether a person looks first at what is out of the ordinary. Asked for orders that Odoo does not have yet. */
  inspect(order: Order, event: FlowEvent): Promise<Outcome | undefined>
  /** Tells the storefront Odoo's number and status, unless it knows them. */
  publishStatus(state: OrderState, event: FlowEvent, trace: Trace): Promise<Outcome>
  /** The version that Odoo is known to hold, and the content that is through on both sides. */
  link(orderId: string): Promise<Known | undefined>
  saveLink(delivered: Delivered, event: FlowEvent): Promise<void>
  /** Nothing is left to do for this content: the storefront knows of it, too. */
  saveHash(delivered: Delivered): Promise<void>
  /** It may come to `deliver` soon: others wait a moment to travel with it. @returns to be called at the end in any case */
  announce(orderId: string): () => void
  /** A cancelled order no longer takes stock away from what is for sale. */
  releaseDemand(orderId: string): Promise<void>
  /** The storefront took the sold pieces off by itself, so what we last published is no longer what it shows. */
  forgetPublished(order: Order): Promise<void>
  /** Stock of its SKUs is published again. */
  recount(order: Order): Promise<void>
}

interface Known {
  version: string | null
  hash: string | null
}

export interface PreparedOrder {
  /** Of everything it would be in Odoo. */
  hash: string
  /** Applies it with its customer, addresses and payments in one go. */
  deliver(traceparent: string, trace: Trace): Promise<Perhaps<Delivered>>
}

export interface Delivered {
  status: 'created' | 'updated' | 'unchanged' | 'stale'
  state: OrderState
  version: string
  hash: string
  /** The rules that made it. */
  by: MappedBy
}

/** A value, or how the attempt ends. */
export type Perhaps<T> = { ok: true; value: T } | { ok: false; outcome: Outcome }

export const orderToOdoo =
  (ports: OrderToOdooPorts): Flow =>
  async (event, trace) => {
    const envelope = clarityEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    const gone = ports.announce(envelope.data.data.id)
    try {
      return await bring(ports, envelope.data.data, event, trace)
    } finally {
      gone()
    }
  }

async function bring(
  ports: OrderToOdooPorts,
  snapshot: { id: string; updatedAt: string },
  event: FlowEvent,
  trace: Trace,
): Promise<Outcome> {
  const known = await ports.link(snapshot.id)
  if (known?.version && snapshot.updatedAt < known.version)
    return skip('stale', `Odoo holds the version of ${known.version}`)

  const current = await snapshotOrRead(ports, snapshot, event.traceparent, trace)
  if (!current.ok) return current.outcome
  const order = current.value
  const prepared = await ports.prepare(order, trace, event.approvals)
  if (prepared.ok && known?.hash === prepared.value.hash) {
    return skip('unchanged', 'Odoo already holds this content')
  }

  await ports.forgetPublished(order)
  const outcome = prepared.ok ? await deliver(ports, order, known, prepared.value, event, trace) : prepared.outcome
  // Stock may have been published before this order's webhook came, and while it is parked nothing in Odoo changes.
  if (outcome.kind === 'correct' || outcome.kind === 'review') await ports.recount(order)
  return outcome
}

async function deliver(
  ports: OrderToOdooPorts,
  order: Order,
  known: Known | undefined,
  prepared: PreparedOrder,
  event: FlowEvent,
  trace: Trace,
): Promise<Outcome> {
  if (!known && order.status !== 'cancelled') {
    const odd = await ports.inspect(order, event)
    if (odd) return odd
  }
  const delivered = await prepared.deliver(event.traceparent, trace)
  if (!delivered.ok) return delivered.outcome
  const { status, state } = delivered.value
  if (status === 'stale') return skip('stale', `Odoo holds a newer version (${state.version})`)
  await ports.saveLink(delivered.value, event)
  if (order.status === 'cancelled') await ports.releaseDemand(order.id)

  const published = await ports.publishStatus(state, event, trace)
  if (published.kind !== 'done' && published.kind !== 'skip') return published
  await ports.saveHash(delivered.value)
  return done(`${state.name} ${status}, ${state.state}`)
}

/** A complete snapshot saves a call; one that is not (or an older dialect) is read anew. */
async function snapshotOrRead(
  ports: OrderToOdooPorts,
  snapshot: { id: string },
  traceparent: string,
  trace: Trace,
): Promise<Answer<Order>> {
  const parsed = orderShape.safeParse(snapshot)
  if (parsed.success) {
    trace.step('read', `order ${parsed.data.number} from the webhook's own snapshot`)
    return { ok: true, value: parsed.data }
  }
  const answer = await ports.readOrder(snapshot.id, traceparent)
  if (answer.ok) trace.step('read', `order ${answer.value.number} from the storefront`)
  return answer
}
