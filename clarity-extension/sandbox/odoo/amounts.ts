import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { type Amount, amount, currencyDigits, format, round, sum } from '../../../shared/money.ts'
import type { Problem } from './refused.ts'
import { type Line, one } from './rows.ts'
import { computeTotals, linesOf, type RawLine, rawOf } from './totals.ts'
import type { World } from './world.ts'

type Expect = NonNullable<components['schemas']['Operation']['expect']>
type Wanted = NonNullable<Expect['lines']>[number]

/**
 * Gives the lines of an order the storefront's amounts, unless they show them by themselves, as the addon does (tools/amounts.py).
 * @returns a line that is off by more than rounding explains, as a problem
 */
export function keepAmounts(world: World, orderId: number, expect: Expect): Problem | undefined {
  const wanted = new Map((expect.lines ?? []).map((line) => [line.ref, line]))
  const order = one(world.records, 'sale.order', orderId)
  const pairs = linesOf(world, orderId).flatMap((line) => {
    const figures = line.clarity_ref === null ? undefined : wanted.get(line.clarity_ref)
    return figures ? [{ line, figures }] : []
  })
  const shown =
    pairs.every(
      ({ line, figures }) => amount(line.price_subtotal).eq(figures.subtotal) && amount(line.price_tax).eq(figures.tax),
    ) &&
    amount(order.amount_total).eq(expect.amount_total ?? order.amount_total) &&
    amount(order.amount_tax).eq(expect.amount_tax ?? order.amount_tax)
  if (shown || order.state === 'cancel') return undefined

  const currency = one(world.records, 'res.currency', order.currency_id).name
  for (const { line, figures } of pairs) {
    const fault = faultOf(rawOf(world, line), line, figures, currency)
    if (fault) return fault
  }
  for (const { line, figures } of pairs) {
    const extra = extraTaxData(rawOf(world, line), line, figures, order.currency_id, currencyDigits(currency))
    world.records.update('sale.order.line', line.id, { extra_tax_data: JSON.stringify(extra) })
  }
  computeTotals(world, orderId)
  return undefined
}

function faultOf(
  raw: RawLine,
  line: Line,
  { subtotal, tax, within = 1 }: Wanted,
  currency: string,
): Problem | undefined {
  const most = amount(10).pow(-currencyDigits(currency)).times(within)
  const rows = [
    { label: 'Subtotal', own: raw.base, given: amount(subtotal) },
    { label: 'Total Tax', own: sum(raw.taxes.map((one) => one.raw)), given: amount(tax) },
  ]
  const off = ({ own, given }: { own: Amount; given: Amount }) => own.minus(given).abs()
  const wrong = rows.filter((row) => off(row).gt(most)).sort((a, b) => off(b).comparedTo(off(a)))[0]
  if (!wrong) return undefined
  const [own, given] = [wrong.own, wrong.given].map((one) => format(round(one, currencyDigits(currency)), currency))
  const message = `${line.name}: ${wrong.label} is ${own} in Odoo and ${given} in the storefront.`
  return { code: 'totals_differ', field: '/expect/lines', value: line.clarity_ref ?? '', message }
}

/** As Odoo's tax engine reads it; the difference of several taxes is on the largest. */
function extraTaxData(raw: RawLine, line: Line, { subtotal, tax }: Wanted, currency_id: number, digits: number) {
  const computation_key = `clarity,${line.id}`
  const amounts = raw.taxes.map((one) => ({ id: one.id, raw: one.raw, taken: round(one.raw, digits) }))
  const [largest] = [...amounts].sort((a, b) => b.raw.abs().comparedTo(a.raw.abs()))
  if (largest) largest.taken = largest.taken.plus(tax).minus(sum(amounts.map((one) => one.taken)))
  return {
    computation_key,
    manual_total_excluded_currency: subtotal,
    manual_tax_amounts: Object.fromEntries(
      amounts.map((one) => [one.id, { tax_amount_currency: one.taken.toFixed() }]),
    ),
    currency_id,
    price_unit: line.price_unit,
    discount: line.discount,
    quantity: line.product_uom_qty,
  }
}
