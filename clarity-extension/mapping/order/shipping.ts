import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Problem } from '../../../shared/outcome.ts'
import { inferRate, type Taxation, taxation } from './taxes.ts'

/** How each shipping line is taxed. A storefront that gives no rate uses one of those on the order's items. */
export function shippingTaxes(order: Order): { ok: true; taxes: Taxation[] } | { ok: false; problems: Problem[] } {
  const rates = [...new Set(order.items.map(({ taxRate }) => taxRate))]
  const results = order.shippingLines.map((line, index) => {
    const base = amount(line.amount)
    const taxRate = line.taxRate ?? inferRate(base, line.taxAmount, rates, order)
    return taxRate === undefined ? noRate(line, index) : taxation({ ...line, taxRate }, base, order)
  })
  const problems = results.flatMap((one) => ('code' in one ? one : []))
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, taxes: results.flatMap((one) => ('code' in one ? [] : one)) }
}

const noRate = (line: Order['shippingLines'][number], index: number): Problem => ({
  code: 'no_tax_rule',
  field: `/shippingLines/${index}/taxRate`,
  target: '/order_line',
  value: line.taxAmount,
  message: `Shipping “${line.method}” carries tax of ${line.taxAmount}, which none of the order's tax rates gives.`,
  remedy: 'Let the storefront send the tax rate of shipping, or write it here, and replay.',
})
