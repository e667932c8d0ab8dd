import { type Order, order as orderShape } from '../../shared/entities.ts'
import { clarityEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, type Outcome, skip } from '../../shared/outcome.ts'
import type { OrderState } from '../mapping/status.ts'
import type { Flow, FlowEvent, Trace } from './flow.ts'
import { problemsOf } from './problems.ts'

/**
 * order.* from the storefront -> sale.order in Odoo, its captured payments, and Odoo's number and status back.
 * Every kind of order event runs the same way: the event is a hint, the order as it stands now is brought to Odoo.
 */
export interface OrderToOdooPorts {
  readOrder(id: string, traceparent: string): Promise<Answer<Order>>
  /** Maps the order and applies it with its customer, addresses and payments in one go. */
  deliver(
    order: Order,
    traceparent: string,
    trace: Trace,
  ): Promise<{ ok: true; value: Delivered } | { ok: false; outcome: Outcome }>
  /** Tells the storefront Odoo's number and status, unless it knows them. */
  publishStatus(state: OrderState, event: FlowEvent, trace: Trace): Promise<Outcome>
  /** The version and content that Odoo is known to hold. */
  link(orderId: string): Promise<{ version: string | null; hash: string | null } | undefined>
  saveLink(delivered: Delivered): Promise<void>
  /** Content hash of what the order would be in Odoo; undefined when it cannot be mapped. */
  hash(order: Order): Promise<string | undefined>
  /** A cancelled order no longer takes stock away from what is for sale. */
  releaseDemand(orderId: string): Promise<void>
  /** The storefront took the sold pieces off by itself, so what we last published is no longer what it shows. */
  forgetPublished(order: Order): Promise<void>
}

export interface Delivered {
  status: 'created' | 'updated' | 'unchanged' | 'stale'
  state: OrderState
  version: string
  hash: string
}

export const orderToOdoo =
  (ports: OrderToOdooPorts): Flow =>
  async (event, trace) => {
    const envelope = clarityEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    const { id, updatedAt } = envelope.data.data

    const known = await ports.link(id)
    if (known?.version && updatedAt < known.version) return skip('stale', `Odoo holds the version of ${known.version}`)

    const current = await snapshotOrRead(ports, envelope.data.data, event.traceparent, trace)
    if (!current.ok) return current.outcome
    const order = current.value
    if (known?.hash && known.hash === (await ports.hash(order))) {
      return skip('unchanged', 'Odoo already holds this content')
    }

    await ports.forgetPublished(order)
    const delivered = await ports.deliver(order, event.traceparent, trace)
    if (!delivered.ok) return delivered.outcome
    const { status, state } = delivered.value
    if (status === 'stale') return skip('stale', `Odoo holds a newer version (${state.version})`)
    await ports.saveLink(delivered.value)
    if (order.status === 'cancelled') await ports.releaseDemand(order.id)

    const published = await ports.publishStatus(state, event, trace)
    if (published.kind !== 'done' && published.kind !== 'skip') return published
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
