import { type Amount, amount, currencyDigits, round, sum } from '../../../shared/money.ts'
import { all, type Line, one } from './rows.ts'
import type { World } from './world.ts'

/** Computes every line and the order. Tax is rounded per line, as Odoo does with "Round per Line". */
export function computeTotals(world: World, orderId: number): void {
  const { records } = world
  const { currency_id } = one(records, 'sale.order', orderId)
  const digits = currencyDigits(one(records, 'res.currency', currency_id).name)
  const computed = linesOf(world, orderId).map((line) => ({ line, ...totalsOf(world, line, digits) }))
  for (const { line, untaxed, tax } of computed) {
    records.update('sale.order.line', line.id, {
      price_subtotal: untaxed.toFixed(digits),
      price_tax: tax.toFixed(digits),
      price_total: untaxed.plus(tax).toFixed(digits),
    })
  }
  const untaxed = sum(computed.map((line) => line.untaxed))
  const tax = sum(computed.map((line) => line.tax))
  records.update('sale.order', orderId, {
    amount_untaxed: untaxed.toFixed(digits),
    amount_tax: tax.toFixed(digits),
    amount_total: untaxed.plus(tax).toFixed(digits),
  })
}

export const linesOf = (world: World, orderId: number): Line[] =>
  all(world.records, 'sale.order.line', { order_id: orderId })

function totalsOf({ records }: World, line: Line, digits: number): { untaxed: Amount; tax: Amount } {
  const taxes = line.tax_ids.map((id) => one(records, 'account.tax', id))
  const keeps = amount(100).minus(line.discount).div(100)
  const gross = round(amount(line.product_uom_qty).times(line.price_unit).times(keeps), digits)
  const included = sum(taxes.filter((tax) => tax.price_include).map((tax) => amount(tax.amount)))
  const base = gross.div(included.div(100).plus(1))
  const parts = taxes.map((tax) => ({ ...tax, part: round(base.times(tax.amount).div(100), digits) }))
  const tax = sum(parts.map(({ part }) => part))
  const inside = sum(parts.filter(({ price_include }) => price_include).map(({ part }) => part))
  return { untaxed: gross.minus(inside), tax }
}
