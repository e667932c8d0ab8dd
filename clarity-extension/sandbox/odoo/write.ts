import { amount } from '../../../shared/money.ts'
import { beyondStandIn } from './error.ts'
import { fieldsOf } from './models.ts'
import type { Stored, Values } from './records.ts'
import { Refused } from './refused.ts'
import { all, one } from './rows.ts'
import { computeTotals } from './totals.ts'
import type { Resolved } from './values.ts'
import { odooTime, type World } from './world.ts'

/** Creates a record with Odoo's defaults and what follows from it. @returns its id */
export function createRecord(world: World, model: string, { values, lines }: Resolved): number {
  if (model !== 'sale.order' && lines.length > 0) throw beyondStandIn(`writes lines of orders only, not of ${model}`)
  const { id } = world.records.create(model, {
    ...defaultsOf(world, model, values),
    ...values,
    ...computed(world, model, values),
  })
  for (const { key, items } of lines) writeLines(world, id, key, items)
  if (model === 'sale.order') computeTotals(world, id)
  return id
}

/** Writes what differs. @throws Refused where a confirmed or cancelled order no longer takes it */
export function updateRecord(world: World, model: string, { values, lines }: Resolved, id: number): void {
  const before = world.records.get(model, id)
  const changed = Object.keys(values).filter((name) => !same(before?.[name], values[name]))
  if (model === 'sale.order') {
    if (lines.some(({ key, items }) => linesDiffer(world, id, key, items))) changed.push('order_line')
    refuseFixed(world, id, changed)
  }
  world.records.update(model, id, { ...values, ...computed(world, model, values) })
  for (const { key, items } of lines) writeLines(world, id, key, items)
  if (model === 'sale.order') computeTotals(world, id)
}

/** Changing one of these on a confirmed order would leave its deliveries or amounts behind. */
const FIXED = [
  'order_line',
  'partner_id',
  'partner_invoice_id',
  'partner_shipping_id',
  'company_id',
  'pricelist_id',
  'warehouse_id',
]

function refuseFixed(world: World, id: number, changed: string[]): void {
  const { state, name } = one(world.records, 'sale.order', id)
  if (state === 'cancel') {
    const message = `${name} is cancelled in Odoo but not in the storefront.`
    throw new Refused('review', [{ code: 'not_editable', message }])
  }
  const fixed = changed.filter((field) => FIXED.includes(field)).sort()
  if (state !== 'sale' || fixed.length === 0) return
  const labels = fixed.map((field) => fieldsOf('sale.order')?.[field]?.string).join(', ')
  const message = `${name} is confirmed; change it by hand: ${labels}.`
  throw new Refused('review', [{ code: 'not_editable', field: `/${fixed[0]}`, message }])
}

function linesDiffer(world: World, orderId: number, key: string, items: Values[]): boolean {
  const before = world.records.find('sale.order.line', { order_id: orderId }).filter((row) => row[key])
  if (before.length !== items.length) return true
  return items.some((item) => {
    const line = before.find((row) => row[key] === item[key])
    return !line || Object.keys(item).some((name) => !same(line[name], item[name]))
  })
}

/** Lines are matched by `key`; one that has none was added here and stays, one that is no longer listed goes. */
function writeLines(world: World, orderId: number, key: string, items: Values[]): void {
  const { records } = world
  const before = records.find('sale.order.line', { order_id: orderId }).filter((row) => row[key])
  for (const item of items) {
    const line = before.find((row) => row[key] === item[key])
    if (line) records.update('sale.order.line', line.id, item)
    else records.create('sale.order.line', { order_id: orderId, ...lineDefaults(world, item), ...item })
  }
  for (const row of before) {
    if (!items.some((item) => item[key] === row[key])) records.remove('sale.order.line', row.id)
  }
}

function lineDefaults({ records }: World, { product_id }: Values): Values {
  const product = typeof product_id === 'number' ? one(records, 'product.product', product_id) : undefined
  return {
    name: product?.name ?? '',
    product_uom_qty: '1',
    price_unit: amount(product?.list_price ?? 0).toString(),
    discount: '0',
    tax_ids: product?.taxes_id ?? [],
    qty_delivered: '0',
  }
}

function defaultsOf(world: World, model: string, values: Values): Values {
  if (model === 'res.partner') return { active: true, is_company: false, type: 'contact' }
  if (model === 'account.payment') return { state: 'draft', payment_type: 'inbound', partner_type: 'customer' }
  return model === 'sale.order' ? orderDefaults(world, values) : { active: true }
}

function orderDefaults({ records, now }: World, { partner_id = null }: Values): Values {
  const [company] = records.find('res.company', {})
  const [warehouse] = all(records, 'stock.warehouse')
  return {
    name: `S${String(records.next('order name')).padStart(5, '0')}`,
    state: 'draft',
    invoice_status: 'no',
    date_order: odooTime(now()),
    partner_invoice_id: partner_id,
    partner_shipping_id: partner_id,
    currency_id: company?.currency_id ?? null,
    company_id: company?.id ?? null,
    warehouse_id: warehouse?.id ?? null,
  }
}

/** Fields that Odoo computes from the others: an order's currency is its pricelist's. */
function computed({ records }: World, model: string, { pricelist_id, email }: Values): Values {
  if (model === 'sale.order' && typeof pricelist_id === 'number') {
    return { currency_id: one(records, 'product.pricelist', pricelist_id).currency_id }
  }
  if (model !== 'res.partner' || email === undefined) return {}
  const address = typeof email === 'string' ? /[^\s<>"]+@[^\s<>"]+/.exec(email)?.[0] : undefined
  return { email_normalized: address?.toLowerCase() ?? null }
}

const same = (a: Stored | undefined, b: Stored | undefined) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
