import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Outcome } from '../../shared/outcome.ts'
import type { ClarityClient } from '../clarity/client.ts'
import { type Batcher, batcher } from '../delivery/batcher.ts'
import { crowd } from '../delivery/crowd.ts'
import { TWO_AT_A_TIME } from '../delivery/limit.ts'
import { publishStock, type StockFlowPorts } from '../flows/stock-to-clarity.ts'
import type { DemandStore } from './demand.ts'
import type { PublishedStock } from './published.ts'

export interface StockSettings {
  location(warehouse: string): string | undefined
  /** Brings `location` up to date. */
  refresh(): Promise<unknown>
  margin: number
  defaultLocation: string
}

/** A read and a bulk write carry as many SKUs as wait. While one is written the next is read; no SKU is ever in both. */
const SKUS_PER_CALL = 1_000

export function stockPorts(
  clarity: ClarityClient,
  odoo: OdooClient,
  store: string,
  demand: DemandStore,
  published: PublishedStock,
  settings: StockSettings,
): StockFlowPorts {
  const publish = publishStock({
    ...settings,
    now: () => performance.now(),
    demand: (skus) => demand.of(skus),
    releaseDemand: async (orderIds) => {
      await demand.release(orderIds)
    },
    async readStock(skus, pendingOrders) {
      await settings.refresh()
      const reply = await odoo.readState(store, 'stock', skus, { pendingOrders })
      if (!reply.ok) return reply
      return { ok: true, value: { asOf: reply.value.as_of, stock: reply.value.stock, held: reply.value.held } }
    },
    published: (skus) => published.of(skus),
    putInventory: (rows) => clarity.putInventory(rows),
  })
  const calls: Batcher<string, Outcome> = batcher({
    limit: TWO_AT_A_TIME,
    maxItems: SKUS_PER_CALL,
    send: publish,
    gathered: () => crowd(() => calls.waiting),
  })
  return { publish: (sku) => calls.submit(sku) }
}
