import { createHash } from 'node:crypto'
import type { Order } from '../../shared/entities.ts'
import { type Answer, correct, type Outcome, type Problem, retry } from '../../shared/outcome.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { OdooSender } from '../delivery/odoo-sender.ts'
import type { Applied } from '../delivery/result.ts'
import type { Trace } from '../flows/flow.ts'
import type { Delivered, OrderToOdooPorts, Perhaps } from '../flows/order-to-odoo.ts'
import type { Links } from '../links.ts'
import type { LookupBook } from '../lookups/book.ts'
import type { Asked, Origins } from '../mapping/engine.ts'
import { type LookupTables, unmappedTable } from '../mapping/lookups.ts'
import { type Operation, type OrderMapped, PROFILE } from '../mapping/order.ts'
import { sourceOf } from '../mapping/origins.ts'
import { asUnmapped, missesEntry } from '../mapping/unmapped.ts'
import type { DemandStore } from './demand.ts'
import { orderLinks } from './linked.ts'
import type { OrderMapper } from './order-mapper.ts'
import type { PublishedStock } from './published.ts'
import { orderStock, type Recount } from './recount.ts'

export interface OrderParts {
  clarity: Pick<ClarityClient, 'getOrder'>
  mapOrder: OrderMapper
  lookups: LookupBook
  /** Values of the order that tables may map. */
  sighted(order: Order): void
  /** Holds what is out of the ordinary, where the merchant wants that. */
  inspect: OrderToOdooPorts['inspect']
  sender: OdooSender
  links: Links
  publishStatus: OrderToOdooPorts['publishStatus']
  demand: DemandStore
  published: PublishedStock
  /** Counts the stock of these SKUs again. */
  recount: Recount
}

/** What the order flow needs, from the real parts. */
export function orderPorts(parts: OrderParts): OrderToOdooPorts {
  const { clarity, mapOrder, lookups, sender, links, demand, published } = parts

  return {
    readOrder: (id, traceparent) => clarity.getOrder(id, { traceparent }),
    publishStatus: parts.publishStatus,
    inspect: parts.inspect,
    announce: (orderId) => sender.announce({ kind: 'order', ref: orderId }),

    ...orderLinks(links),

    ...orderStock({ demand, published, recount: parts.recount }),

    async prepare(order, trace, approvals) {
      parts.sighted(order)
      // Taken first: the mapping has these or newer ones.
      const tables = await lookups.tables()
      const answer = await mapOrder(order, undefined, approvals)
      if (!answer.ok) return answer
      const mapped = answer.value
      if (!mapped.ok) return mapped
      const { operations } = mapped
      trace.step('map', `order ${order.number} as ${operations.length} operations`, summaryOf(operations))
      return {
        ok: true,
        value: {
          hash: contentHash(operations),
          async deliver(traceparent, deliveryTrace) {
            const applied = await Promise.all(operations.map((one) => sender.apply({ ...one, traceparent })))
            deliveryTrace.step('odoo', 'clarity.bridge.apply')
            const result = delivered(order, mapped, tables, applied, deliveryTrace)
            if (result.ok || !missesEntry(result.outcome) || (await lookups.fresh()) === tables) return result
            return { ok: false, outcome: changedMeanwhile }
          },
        },
      }
    },
  }
}

/** Nobody would release an order that parks for an entry after the entry came. */
const changedMeanwhile = retry('lookups_changed', 'A value table changed meanwhile; the order is mapped again.')

/** The order's own result, unless it or one of its payments failed. */
function delivered(
  order: Order,
  mapped: Extract<OrderMapped, { ok: true }>,
  lookups: LookupTables,
  applied: Answer<Applied>[],
  trace: Trace,
): Perhaps<Delivered> {
  const { operations, held, by } = mapped
  operations.forEach(({ id, model }, index) => {
    const answer = applied[index]
    if (answer?.ok) trace.step('apply', `${model} ${answer.value.name ?? answer.value.res_id} ${answer.value.status}`)
    else trace.step('apply', `${id}: ${answer?.outcome.kind}`, answer?.outcome)
  })
  for (const [index, answer] of applied.entries()) {
    const id = operations[index]?.id ?? ''
    if (answer.ok) continue
    const { outcome } = answer
    // Where its values come from is traced anew: not for who is only tried again.
    const corrected = outcome.kind === 'correct'
    return {
      ok: false,
      outcome: corrected ? atSource(outcome, mapped.origins[id], mapped.asked[id], lookups) : outcome,
    }
  }
  const [firstHeld, ...otherHeld] = held
  if (firstHeld) return { ok: false, outcome: correct(firstHeld, ...otherHeld) }
  const [first] = applied
  if (!first?.ok || !first.value.order) throw new Error(`Odoo did not say how order ${order.id} stands`)
  const { status, order: state } = first.value
  return { ok: true, value: { status, state, version: order.updatedAt, hash: contentHash(operations), by } }
}

/** Odoo names the field it refuses; a merchant knows the storefront's, and the value table that would mend it. */
function atSource(
  outcome: Extract<Outcome, { kind: 'correct' }>,
  origins: Origins = {},
  asked: Asked = {},
  lookups: LookupTables = {},
): Outcome {
  const [first, ...others] = outcome.problems.map((problem): Problem => {
    const field = problem.field ?? (problem.target && sourceOf(origins, problem.target))
    return asUnmapped(field ? { ...problem, field } : problem, asked, lookups)
  })
  return first ? correct(first, ...others.filter((one) => !sameEntry(one, first))) : outcome
}

/** The delivery method and its product are looked up by one name. */
const sameEntry = (one: Problem, other: Problem): boolean =>
  unmappedTable(one.code) !== undefined && one.code === other.code && one.value === other.value

/** Of everything the order would be in Odoo; what we write back to the storefront ourselves is not part of it. */
function contentHash(operations: Operation[]): string {
  const hashes = operations.filter(({ kind }) => kind !== PROFILE).map(({ id, hash }) => `${id} ${hash}`)
  return createHash('sha256').update(hashes.join('\n')).digest('hex').slice(0, 32)
}

/** For the trace: figures and field names, no names of people. */
const summaryOf = (operations: Operation[]) =>
  operations.map(({ id, model, follow, expect, values }) => ({
    id,
    model,
    follow,
    expect,
    fields: Object.keys(values),
  }))
