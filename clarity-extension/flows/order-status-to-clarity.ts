import type { Order, OrderStatus } from '../../shared/entities.ts'
import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, type Failure, type Outcome, retry, review, skip } from '../../shared/outcome.ts'
import type { OrderState } from '../mapping/status.ts'
import type { Flow, FlowEvent, Trace } from './flow.ts'
import { problemsOf } from './problems.ts'

/** sale_order.changed from Odoo -> the order's status and Odoo's number in the storefront. */
export interface OrderStatusPorts {
  /** The order in Odoo; undefined when it is not linked there. */
  readOrderState(orderId: string): Promise<Answer<OrderState | undefined>>
  /** The order as the storefront shows it. */
  readShown(orderId: string, traceparent: string): Promise<Answer<Shown>>
  /** The storefront's status for an order that stands like this. */
  statusOf(state: OrderState): Promise<OrderStatus>
  /** What the storefront was last told about the order, or undefined. */
  told(orderId: string): Promise<string | undefined>
  saveTold(state: OrderState, told: string): Promise<void>
  patchStatus(
    orderId: string,
    body: { status: OrderStatus; externalKey: string; expectedShipDate?: string | null },
    idempotencyKey: string,
    traceparent: string,
  ): Promise<Answer<unknown>>
}

export type Shown = Pick<Order, 'status' | 'externalKey'>

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
  (ports: OrderStatusPorts) =>
  async (state: OrderState, event: FlowEvent, trace: Trace): Promise<Outcome> => {
    const status = await ports.statusOf(state)
    const told = toldOf(status, state)
    const before = await ports.told(state.ref)
    if (before === told) return skip('unchanged', `the storefront already shows ${status}`)
    const answer = await ports.patchStatus(
      state.ref,
      { status, externalKey: state.name, ...expected(state, before) },
      `${event.key}:status:${told}`,
      event.traceparent,
    )
    if (!answer.ok) return isMove(answer.outcome) ? overtaken(ports, state, status, event, trace) : answer.outcome
    await ports.saveTold(state, told)
    trace.step('status', `storefront shows ${status}, key ${state.name}`)
    return done(`${state.name} is ${status} in the storefront`)
  }

const toldOf = (status: OrderStatus, { name, expected_date: date }: OrderState): string =>
  date ? `${status} ${name} ${EXPECTED}${date}` : `${status} ${name}`
const EXPECTED = 'expected:'

/** Also taken back, once nothing waits any more; an order that never waited says nothing of it. */
const expected = ({ expected_date: date = null }: OrderState, told = '') =>
  date !== null || told.includes(EXPECTED) ? { expectedShipDate: date } : {}

/** The storefront takes the values and not the move: the order stands elsewhere there than we believed. */
const isMove = (outcome: Failure): boolean =>
  outcome.kind === 'correct' && outcome.problems.some(({ target }) => target === '/status')

/** Both sides as they are now decide: what the shopper or Odoo did meanwhile has events of its own, the rest is a person's. */
async function overtaken(
  ports: OrderStatusPorts,
  before: OrderState,
  refused: OrderStatus,
  event: FlowEvent,
  trace: Trace,
): Promise<Outcome> {
  const there = await ports.readShown(before.ref, event.traceparent)
  if (!there.ok) return there.outcome
  const read = await ports.readOrderState(before.ref)
  if (!read.ok) return read.outcome
  const state = read.value
  const wanted = state && (await ports.statusOf(state))
  const shown = there.value.status
  trace.step('status', `the storefront refuses ${refused}: it shows ${shown}, Odoo says ${wanted ?? 'nothing'}`)
  if (!state || !wanted) return skip('not_for_us', 'the order is no longer linked in Odoo')

  if (wanted === shown && there.value.externalKey === state.name) {
    await ports.saveTold(state, toldOf(wanted, state))
    return skip('unchanged', `the storefront already shows ${shown}`)
  }
  // It moved on between our reading and our writing: the next attempt starts from there.
  if (wanted !== refused) return retry('stale_version', `Odoo moved on to ${wanted} meanwhile`)
  // The cancellation's own event takes it to Odoo, or to a person where Odoo has delivered.
  if (shown === 'cancelled')
    return skip('superseded', `the shopper cancelled; Odoo is told, or a person asked, by that`)
  if (shown === 'completed' && wanted === 'shipped') return skip('superseded', 'the storefront has completed it')
  return review('status_conflict', `The storefront shows ${shown} and refuses to go to ${wanted}, as Odoo says.`, {
    storefront: shown,
    odoo: `${wanted} (${state.state}, delivery ${state.delivery_status ?? 'none'})`,
  })
}
