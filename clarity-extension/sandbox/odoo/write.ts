import { amount } from '../../../shared/money.ts'
import { checkEdit, editLines, followEdit } from './edits.ts'
import { beyondStandIn } from './error.ts'
import { fieldsOf } from './models.ts'
import type { Values } from './records.ts'
import { Refused } from './refused.ts'
import { all, one } from './rows.ts'
import { computeTotals } from './totals.ts'
import type { Resolved } from './values.ts'
import { odooTime, type World } from './world.ts'

/** Creates a record with Odoo's defaults and what follows from it. @returns its id */
export function createRecord(world: World, model: string, { values, lines }: Resolved): number {
  const { id } = world.records.create(model, {
    ...defaultsOf(world, model, values),
    ...values,
    ...computed(world, model, values),
  })
  for (const one of lines) writeLines(world, model, id, one)
  if (model === 'sale.order') computeTotals(world, id)
  return id
}

/** Writes what differs. @throws Refused where a confirmed or cancelled order no longer takes it */
export function updateRecord(world: World, model: string, resolved: Resolved, id: number): void {
  const { values, lines } = resolved
  const before = world.records.get(model, id)
  if (model === 'sale.order') refuseCancelled(world, id)
  const confirmed = model === 'sale.order' && before?.state === 'sale'
  if (confirmed) checkEdit(world, one(world.records, 'sale.order', id), before, resolved)
  world.records.update(model, id, { ...values, ...computed(world, model, values) })
  for (const given of lines) {
    if (!confirmed || given.field !== 'order_line') writeLines(world, model, id, given)
    else editLines(world, one(world.records, 'sale.order', id), given, (item) => lineDefaults(world, item))
  }
  if (model === 'sale.order') computeTotals(world, id)
  if (confirmed) followEdit(world, id)
}

function refuseCancelled(world: World, id: number): void {
  const { state, name } = one(world.records, 'sale.order', id)
  if (state !== 'cancel') return
  const message = `${name} is cancelled in Odoo but not in the storefront.`
  throw new Refused('review', [{ code: 'not_editable', message }])
}

/** Lines are matched by `key`; one that has none was added here and stays, one that is no longer listed goes. */
export function writeLines(
  world: World,
  model: string,
  id: number,
  { field, key, items }: Resolved['lines'][number],
): void {
  const { records } = world
  const { relation, inverse } = fieldsOf(model)?.[field] ?? {}
  if (!relation || !inverse) throw beyondStandIn(`writes no ${field} of ${model}`)
  const before = records.find(relation, { [inverse]: id }).filter((row) => row[key])
  const defaults = (item: Values) => (relation === 'sale.order.line' ? lineDefaults(world, item) : {})
  for (const item of items) {
    const line = before.find((row) => row[key] === item[key])
    if (line) records.update(relation, line.id, item)
    else records.create(relation, { [inverse]: id, ...defaults(item), ...item })
  }
  for (const row of before) {
    if (!items.some((item) => item[key] === row[key])) records.remove(relation, row.id)
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
