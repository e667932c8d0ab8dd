import { setTimeout as pause } from 'node:timers/promises'
import { openSandboxStage, PLENTY } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until } from '../support/until.ts'

const REST_MS = 30_000

/** Resident memory of the extension that has taken an order across and then has had nothing to do for half a minute. */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const stage = await openSandboxStage()
  try {
    await pause(REST_MS)
    report('rss_at_start_mb', stage.bridge.rss(), 'MB')
    const { id } = await stage.shop.place(checkout(1, { items: [{ sku: PLENTY, quantity: '1' }] }))
    await until('the order in Odoo', async () => (await stage.shop.order(id)).externalKey)
    await pause(REST_MS)
    report('rss_mb', stage.bridge.rss(), 'MB')
  } finally {
    await stage.dispose()
  }
}
