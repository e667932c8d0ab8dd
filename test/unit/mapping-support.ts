import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import {
  type Operation,
  type OrderContext,
  type OrderMapped,
  orderToOperations,
} from '../../clarity-extension/mapping/order.ts'
import { type Customer, customer, type Order, order } from '../../shared/entities.ts'

const shape = z.object({ about: z.string(), order, customer: customer.optional() })

/** An order of one shape, from test/fixtures/orders. */
export function orderFixture(
  name: string,
  change: Record<string, unknown> = {},
): { order: Order; customer?: Customer } {
  const file = join(import.meta.dirname, '../fixtures/orders', `${name}.json`)
  const { order: given, customer: who } = shape.parse(JSON.parse(readFileSync(file, 'utf8')))
  return { order: order.parse({ ...given, ...change }), ...(who && { customer: who }) }
}

export const usd: OrderContext = { lookups: defaultLookups, company: { currency: 'USD' } }

/** The operations of a fixture; fails where it cannot be mapped. */
export function operationsOf(name: string, change: Record<string, unknown> = {}, context = usd): Operation[] {
  const mapped = mapFixture(name, change, context)
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.outcome))
  return mapped.operations
}

/** @param ofCustomer what is different about the registered customer */
export function mapFixture(
  name: string,
  change: Record<string, unknown> = {},
  context = usd,
  ofCustomer: Partial<Customer> = {},
): OrderMapped {
  const { order: given, customer: who } = orderFixture(name, change)
  return orderToOperations(given, who && { ...who, ...ofCustomer }, context)
}

const linesShape = z.object({
  $lines: z.object({ key: z.string(), items: z.array(z.record(z.string(), z.unknown())) }),
})
export type Line = Record<string, unknown>

export const linesOf = (operation: Operation | undefined): Line[] =>
  linesShape.parse(operation?.values.order_line).$lines.items
