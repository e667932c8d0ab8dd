import { z } from 'zod'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { type Operation, type OrderContext, orderToOperations } from '../../clarity-extension/mapping/order.ts'
import { orderRates } from '../../clarity-extension/ports/rates.ts'
import { createOdooClient, type OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Result } from '../../odoo-bridge/client/shapes.ts'
import type { Order } from '../../shared/entities.ts'
import { type Amount, amount, currencyDigits, sum } from '../../shared/money.ts'
import type { RealOdoo } from '../real/support.ts'
import { currencies, generatedOrder, rates, type Shape, shapes } from './generated-orders.ts'

export const STORE = 'totals'
export type Rounding = 'round_globally' | 'round_per_line'
export const roundings: Rounding[] = ['round_globally', 'round_per_line']

/** A real Odoo with what generated orders name: taxes of both kinds, services, a carrier, currencies with rates and pricelists. */
export interface TotalsOdoo {
  odoo: RealOdoo
  client: OdooClient
  context: OrderContext
  /** Any public method of any model, as Odoo's administrator. */
  admin(model: string, method: string, body: object): Promise<unknown>
  round(method: Rounding): Promise<void>
  /** Operations of an order, as the bridge makes them; `tables` are the merchant's own entries. */
  operations(order: Order, tables?: Tables): Promise<[Operation, ...Operation[]]>
  apply(operations: readonly Operation[]): Promise<Result[]>
}

type Tables = Parameters<typeof mergeTables>[1]

/** @param more Python that a test needs besides; starting a shell takes seconds */
export async function totalsOdoo(odoo: RealOdoo, more = ''): Promise<TotalsOdoo> {
  await odoo.shell(`${setUp}${more}\nenv.cr.commit()`)
  const client = createOdooClient({ url: odoo.url, db: odoo.db, apiKey: odoo.apiKey })
  const administrator = createOdooClient({ url: odoo.url, db: odoo.db, apiKey: odoo.adminApiKey })
  const admin = async (model: string, method: string, body: object) => {
    const reply = await administrator.call(model, method, { ...body })
    if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
    return reply.value
  }
  const context: OrderContext = { lookups: defaultLookups, company: { currency: 'USD' } }
  const rateOf = orderRates(client, STORE)
  return {
    odoo,
    client,
    context,
    admin,
    async round(method) {
      await admin('res.company', 'write', { ids: [1], vals: { tax_calculation_rounding_method: method } })
    },
    async operations(order, tables = {}) {
      const rate = order.currency === 'USD' ? undefined : await rateOf(order)
      if (rate?.ok === false) throw new Error(JSON.stringify(rate.outcome))
      const lookups = mergeTables(context.lookups, tables)
      const mapped = orderToOperations(order, undefined, { ...context, lookups, ...(rate && { exchange: rate.value }) })
      if (!mapped.ok) throw new Error(JSON.stringify(mapped.outcome))
      return mapped.operations
    },
    async apply(operations) {
      const reply = await client.apply(STORE, operations)
      if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
      return reply.value
    },
  }
}

const setUp = `
env['account.tax'].search([('type_tax_use', '=', 'sale')]).active = False
for rate in ${JSON.stringify(rates.filter((rate) => rate !== '0').map(Number))}:
    for kind in ('tax_included', 'tax_excluded'):
        env['account.tax'].create({'name': f'{rate} {kind}', 'amount': rate, 'type_tax_use': 'sale', 'price_include_override': kind})
services = [{'name': f'Thing {n}', 'default_code': f'SKU-{n}', 'type': 'service', 'invoice_policy': 'order', 'taxes_id': [(5,)]} for n in range(20)]
env['product.product'].create(services)
if not env['delivery.carrier'].search([('name', '=', 'Standard delivery')]):
    delivery = env['product.product'].create({'name': 'Standard delivery', 'default_code': 'DELIVERY', 'type': 'service', 'taxes_id': [(5,)]})
    env['delivery.carrier'].create({'name': 'Standard delivery', 'product_id': delivery.id})
names = ${JSON.stringify(currencies.filter((one) => one !== 'USD'))}
found = env['res.currency'].with_context(active_test=False).search([('name', 'in', names)])
found.active = True
for n, currency in enumerate(found):
    env['res.currency.rate'].create({'currency_id': currency.id, 'name': '2026-01-01', 'rate': 0.7 + n * 0.37})
    env['product.pricelist'].create({'name': f'Shop {currency.name}', 'currency_id': currency.id})
`

export interface Imported {
  orders: number
  /** Orders that Odoo held, by shape. */
  held: string[]
  /** What is neither the storefront's nor held. */
  wrong: string[]
}

/** Imports generated orders of every shape, as drafts, and compares every figure in Odoo's tables with the storefront's. */
export async function importGenerated({ odoo, operations, apply }: TotalsOdoo, seeds: number[]): Promise<Imported> {
  const made = seeds.flatMap((seed) =>
    shapes.map((shape, index) => {
      const currency = currencies[(seed + index) % currencies.length] ?? 'USD'
      return { shape, order: generatedOrder(seed * shapes.length + index + 1, shape, currency) }
    }),
  )
  const outcome: Imported = { orders: made.length, held: [], wrong: [] }
  for (let at = 0; at < made.length; at += 50) {
    const some = made.slice(at, at + 50)
    const wishes = await Promise.all(some.map(async ({ order }) => ({ ...(await operations(order))[0], follow: [] })))
    const results = await apply(wishes)
    for (const [index, { status, problems }] of results.entries()) {
      const one = some[index]
      if (!one || status === 'created') continue
      if (status === 'review' && problems?.[0]?.code === 'totals_differ') {
        outcome.held.push(`${nameOf(one.shape)}: ${problems[0].message}`)
      } else outcome.wrong.push(`${one.order.number}: ${status} ${JSON.stringify(problems)}`)
    }
    const created = some.filter((_, index) => results[index]?.status === 'created')
    const shown = await readLines(
      odoo,
      created.map(({ order }) => order.id),
    )
    for (const { order, shape } of created) {
      outcome.wrong.push(...differences(order, shape, shown.get(order.id)).map((what) => `${order.number}: ${what}`))
    }
  }
  return outcome
}

export const nameOf = ({ pricesIncludeTax, rounding, itemDiscount, coupon }: Shape): string =>
  [pricesIncludeTax ? 'included' : 'excluded', rounding, itemDiscount, coupon].join(' ')

interface Shown {
  total: string
  tax: string
  currency: string
  lines: { ref: string; subtotal: Amount; tax: Amount; total: Amount }[]
}

const row = z.object({
  order_ref: z.string(),
  amount_total: z.string(),
  amount_tax: z.string(),
  currency: z.string(),
  ref: z.string(),
  subtotal: z.string(),
  tax: z.string(),
  total: z.string(),
})

export async function readLines(odoo: RealOdoo, refs: string[]): Promise<Map<string, Shown>> {
  const rows = await odoo.psql(
    `select k.clarity_ref order_ref, o.amount_total::text, o.amount_tax::text, c.name currency, l.clarity_ref ref,
            l.price_subtotal::text subtotal, l.price_tax::text tax, l.price_total::text total
       from clarity_link k join sale_order o on o.id = k.res_id join res_currency c on c.id = o.currency_id
       join sale_order_line l on l.order_id = o.id
      where k.store = $1 and k.kind = 'order' and k.clarity_ref = any($2) order by l.id`,
    [STORE, refs],
  )
  const shown = new Map<string, Shown>()
  for (const one of rows.map((given) => row.parse(given))) {
    const digits = currencyDigits(one.currency)
    const figure = (text: string) => amount(text).toDecimalPlaces(digits + 4)
    const order = shown.get(one.order_ref) ?? {
      total: one.amount_total,
      tax: one.amount_tax,
      currency: one.currency,
      lines: [],
    }
    order.lines.push({ ref: one.ref, subtotal: figure(one.subtotal), tax: figure(one.tax), total: figure(one.total) })
    shown.set(one.order_ref, order)
  }
  return shown
}

/** Every figure of the storefront's order beside Odoo's. */
function differences(order: Order, { coupon }: Shape, shown: Shown | undefined): string[] {
  if (!shown) return ['is not in Odoo']
  const digits = currencyDigits(order.currency)
  const found: string[] = []
  const same = (what: string, ours: Amount, theirs: Amount) => {
    if (!ours.toDecimalPlaces(digits + 3).eq(theirs)) found.push(`${what} ${ours} instead of ${theirs}`)
  }
  const of = (belongs: (ref: string) => boolean) => {
    const lines = shown.lines.filter(({ ref }) => belongs(ref))
    const price = sum(lines.map((line) => (order.pricesIncludeTax ? line.total : line.subtotal)))
    return { price, tax: sum(lines.map((line) => line.tax)) }
  }
  /** Where a coupon lowered the items' taxes, its own line has that part of them. */
  const plain = ['none', 'own', 'giftCard'].includes(coupon)
  const whole = (tax: string) => amount(tax).decimalPlaces() <= digits

  same('total', amount(shown.total), amount(order.total))
  same('tax', amount(shown.tax), amount(order.taxTotal))
  if (shown.currency !== order.currency) found.push(`currency ${shown.currency}`)
  for (const item of order.items) {
    const { price, tax } = of((ref) => ref === item.lineId || ref.startsWith(`${item.lineId}:`))
    same(item.lineId, price, amount(item.total))
    if (plain && whole(item.taxAmount)) same(`tax of ${item.lineId}`, tax, amount(item.taxAmount))
  }
  order.shippingLines.forEach((line, index) => {
    const { price, tax } = of((ref) => ref === `shipping:${index + 1}`)
    same('shipping', price, amount(line.amount))
    if (whole(line.taxAmount)) same('tax of shipping', tax, amount(line.taxAmount))
  })
  const given = sum(order.discounts.map((discount) => amount(discount.amount)))
  same('discounts', of((ref) => ref.startsWith('discount:')).price.neg(), given)
  same('lines', sum(shown.lines.map((line) => line.subtotal.plus(line.tax))), amount(order.total))
  return found
}

/** Confirms and invoices orders in Odoo itself; the invoices that show other figures. @returns their names with both */
export async function invoiced(odoo: RealOdoo, most: number): Promise<{ invoices: number; wrong: string[] }> {
  const printed = await odoo.shell(`
import json
from odoo.service.model import retrying
def invoiced():
    orders = env['sale.order'].search([('origin', 'like', 'G-%'), ('state', '=', 'draft')], limit=${most})
    orders.action_confirm()
    wrong = []
    for order in orders:
        invoice = order._create_invoices()
        invoice.action_post()
        sign = -1 if invoice.move_type == 'out_refund' else 1
        pairs = [(sign * invoice.amount_total, order.amount_total), (sign * invoice.amount_tax, order.amount_tax)]
        if any(order.currency_id.compare_amounts(*pair) for pair in pairs):
            wrong.append(f'{order.origin} {pairs}')
    return {'invoices': len(orders), 'wrong': wrong}
# As Odoo itself does with a request: its own crons write at the same time.
print('RESULT' + json.dumps(retrying(invoiced, env)))
`)
  const text = printed.split('RESULT')[1] ?? ''
  return z.object({ invoices: z.number(), wrong: z.array(z.string()) }).parse(JSON.parse(text))
}
