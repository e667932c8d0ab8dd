import { amount } from '../../shared/money.ts'
import { openStage } from '../support/stage.ts'
import { seconds } from './figures.ts'
import { sizeOf } from './month/plan.ts'
import { type Month, playMonth } from './month/play.ts'
import type { Report } from './run.ts'

/**
 * A scripted month of a shop on a real Odoo, with webhooks of both sides lost, doubled and overtaken: at its end every
 * reconciliation is at zero, and the takings are those of the storefront to the cent. MONTH_ORDERS makes it smaller.
 */
const ORDERS = Number(process.env.MONTH_ORDERS ?? 1_000)

export async function run(report: Report): Promise<void> {
  const stage = await openStage({ seeded: true, mischief: { lose: 5, double: 10, delay: 10 } })
  try {
    const played: Month[] = []
    const took = await seconds(async () => {
      played.push(await playMonth(stage, sizeOf(ORDERS), (line) => console.error(`month: ${line}`)))
    })
    for (const month of played) {
      for (const drift of month.drifts) console.error(`month: drift ${JSON.stringify(drift)}`)
      for (const one of month.unsettled) console.error(`month: unsettled ${one}`)
      for (const one of month.unmatched) console.error(`month: unmatched ${JSON.stringify(one)}`)
      for (const one of month.rewritten) console.error(`month: rewritten ${one}`)
      report('orders', month.orders, 'orders')
      report('webhooks_lost', month.mischief.lost, 'messages')
      report('webhooks_doubled', month.mischief.doubled, 'messages')
      report('webhooks_delayed', month.mischief.delayed, 'messages')
      report('unsettled', month.unsettled.length, 'events')
      report('rewritten', month.rewritten.length, 'records')
      report('drift_rows', month.drifts.length, 'differences')
      report('takings_difference', amount(month.takingsDifference).toNumber(), 'currency units')
    }
    report('minutes', took / 60, 'min')
  } finally {
    await stage.dispose()
  }
}
