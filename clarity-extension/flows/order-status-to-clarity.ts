import type { OrderStatus } from '../../shared/entities.ts'
import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, type Outcome, skip } from '../../shared/outcome.ts'
import type { OrderState } from '../mapping/status.ts'
import type { Flow, FlowEvent, Trace } from './flow.ts'
import { problemsOf } from './problems.ts'

/** sale_order.changed from Odoo -> the order's status and Odoo's number in the storefront. */
export interface OrderStatusPorts extends PublishStatusPorts {
  readOrderState(orderId: string): Promise<Answer<OrderState | undefined>>
}

export interface PublishStatusPorts {
  /** The storefront's status for an order that stands like this. */
  statusOf(state: OrderState): Promise<OrderStatus>
  /** What the storefront was last told about the order, or undefined. */
  told(orderId: string): Promise<string | undefined>
  saveTold(state: OrderState, told: string): Promise<void>
  patchStatus(
    orderId: string,
    body: { status: OrderStatus; externalKey: string },
    idempotencyKey: string,
    traceparent: string,
  ): Promise<Answer<unknown>>
}

export const orderStatusToClarity =
  (ports: OrderStatusPorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (envelope.data.type !== 'sale_order.changed') return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const { ref } = envelope.data.data.order

    const state = await ports.readOrderState(ref)
    if (!state.ok) return state.outcome
    if (!state.value) return skip('not_for_us', 'the order is no longer linked in Odoo')
    trace.step('read', `${state.value.name} is ${state.value.state}, delivery ${state.value.delivery_status ?? 'none'}`)
    return publishStatus(ports)(state.value, event, trace)
  }

/** Used by both directions: the status travels back with the answer of the order itself, and again when Odoo changes it. */
export const publishStatus =
  (ports: PublishStatusPorts) =>
  async (state: OrderState, event: FlowEvent, trace: Trace): Promise<Outcome> => {
    const status = await ports.statusOf(state)
    const told = `${status} ${state.name}`
    if ((await ports.told(state.ref)) === told) return skip('unchanged', `the storefront already shows ${status}`)
    const answer = await ports.patchStatus(
      state.ref,
      { status, externalKey: state.name },
      `${event.key}:status:${told}`,
      event.traceparent,
    )
    if (!answer.ok) return answer.outcome
    await ports.saveTold(state, told)
    trace.step('status', `storefront shows ${status}, key ${state.name}`)
    return done(`${state.name} is ${status} in the storefront`)
  }
