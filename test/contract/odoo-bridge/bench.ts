import { afterAll, beforeAll } from 'vitest'
import type { Reply } from '../../../odoo-bridge/client/client.ts'
import type { Operation, Result } from '../../../odoo-bridge/client/shapes.ts'
import type { Party } from '../odoo-party.ts'

export type Bench = ReturnType<typeof benchOf>

export const STORE = 'contract'

/** One Odoo for all cases of the contract, and what they ask of it again and again. */
export function benchOf(open: () => Promise<Party>) {
  let party: Party
  beforeAll(async () => {
    party = await open()
  })
  afterAll(() => party?.dispose())

  const apply = async (...operations: Operation[]): Promise<Result[]> =>
    value(await party.client.apply(STORE, operations))
  const stockOf = async (sku: string, pendingOrders: string[] = []) =>
    value(await party.client.readState(STORE, 'stock', [sku], { pendingOrders }))

  return {
    get party() {
      return party
    },
    get client() {
      return party.client
    },
    get person() {
      return party.person
    },
    apply,
    one: async (operation: Operation): Promise<Result> => first(await apply(operation)),
    stockOf,
    async freeIn(sku: string, warehouse = 'WH'): Promise<string | undefined> {
      const row = (await stockOf(sku)).stock.find((level) => level.warehouse === warehouse)
      return row?.free_quantity
    },
    pickingOf: async (id: number) => first(value(await party.client.readState(STORE, 'picking', [`${id}`])).pickings),
    orderOf: async (ref: string) => first(value(await party.client.readState(STORE, 'order', [ref])).orders),
  }
}

export function value<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value
  throw new Error(JSON.stringify(reply.outcome))
}

export function first<T>(values: readonly T[]): T {
  const [one] = values
  if (one === undefined) throw new Error('there is none')
  return one
}
