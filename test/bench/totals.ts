import { freshDatabase } from '../real/support.ts'
import { importGenerated, invoiced, roundings, totalsOdoo } from '../support/totals-odoo.ts'
import type { Report } from './run.ts'

/**
 * Orders of every tax and discount shape in 12 currencies, imported into a real Odoo 19 that rounds globally, then one that
 * rounds per line. Held are those that a person must look at; wrong is any figure that is neither the storefront's nor held.
 */
const SEEDS = 6

export async function run(report: Report): Promise<void> {
  const stage = await totalsOdoo(await freshDatabase())
  try {
    let [orders, held, wrong] = [0, 0, 0]
    for (const [at, rounding] of roundings.entries()) {
      await stage.round(rounding)
      const seeds = Array.from({ length: SEEDS }, (_, index) => 100 + at * SEEDS + index)
      const imported = await importGenerated(stage, seeds)
      const invoices = await invoiced(stage.odoo, 72)
      for (const what of [...imported.wrong, ...invoices.wrong]) console.error(what)
      const wrongHere = imported.wrong.length + invoices.wrong.length
      report(`held_percent_${rounding}`, (100 * imported.held.length) / imported.orders, '%')
      report(`wrong_${rounding}`, wrongHere, 'figures')
      orders += imported.orders
      held += imported.held.length
      wrong += wrongHere
    }
    report('orders', orders, 'orders')
    report('held_percent', (100 * held) / orders, '%')
    report('wrong', wrong, 'figures')
  } finally {
    await stage.odoo.dispose()
  }
}
