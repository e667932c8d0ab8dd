import { type CatalogueProduct, catalogue } from '../../../clarity-extension/sandbox/catalogue.ts'
import { odooAsAdmin } from '../../../scripts/seed-odoo/odoo.ts'
import { seedProducts } from '../../../scripts/seed-odoo/products.ts'
import type { Stage } from '../../support/stage.ts'
import { currencies, type Size } from './plan.ts'

type Random = (below: number) => number
const COLOURS = ['Red', 'Navy', 'White']

/** Currencies with rates and pricelists, more products with variants, kits; and Odoo tells of all of it. */
export async function prepare(stage: Stage, size: Size): Promise<void> {
  const { odoo, admin } = stage
  await odoo.shell(setUp(size))
  if (size.kits > 0) await odoo.restart()
  for (const name of ['product', 'price', 'customer'])
    await admin('ir.config_parameter', 'set_param', { key: `clarity_bridge.emit_${name}`, value: '1' })

  const asAdmin = odooAsAdmin({ url: odoo.url, db: odoo.db, apiKey: odoo.adminApiKey })
  const tax = await asAdmin.search(
    'account.tax',
    [
      ['type_tax_use', '=', 'sale'],
      ['amount', '=', 15],
    ],
    {},
  )
  const products = Array.from({ length: size.templates }, (_, n) => n).flatMap(variantsOf)
  const bySku = await seedProducts(asAdmin, products, new Map(tax.map(({ id }) => ['standard', id] as const)))
  await count(stage, [...bySku.values()], 'WH', 400)
  if (size.kits > 0) await kits(stage, size.kits)
}

function variantsOf(n: number): CatalogueProduct[] {
  const [sample] = catalogue.products
  if (!sample) throw new Error('the sample catalogue is empty')
  const price = `${10 + n}.50`
  return COLOURS.map((colour, index) => ({
    ...sample,
    ...{
      sku: `MONTH-${n}-${index}`,
      name: `Thing ${n} (${colour})`,
      templateName: `Thing ${n}`,
      price,
      taxCode: 'standard',
    },
    ...{ options: { Color: colour }, barcode: `2009${String(n * 3 + index).padStart(9, '0')}` },
  }))
}

const setUp = (size: Size) => `
names = ${JSON.stringify(currencies.filter((one) => one !== 'USD'))}
found = env['res.currency'].with_context(active_test=False).search([('name', 'in', names)])
found.active = True
for n, currency in enumerate(found):
    env['res.currency.rate'].search([('currency_id', '=', currency.id)]).unlink()
    env['res.currency.rate'].create({'currency_id': currency.id, 'name': '2020-01-01', 'rate': 0.9 + n * 0.37})
    env['product.pricelist'].create({'name': f'Shop {currency.name}', 'currency_id': currency.id})
${size.kits > 0 ? "env['ir.module.module'].search([('name', '=', 'mrp')]).button_immediate_install()" : ''}
env.cr.commit()
`

/** Two pieces of something make one. */
async function kits({ admin, odoo }: Stage, many: number): Promise<void> {
  const parts = await odoo.psql<{ id: number }>(
    "select id from product_product where default_code like 'MONTH-%-0' order by id limit $1",
    [many],
  )
  const names = parts.map((_, n) => ({ name: `Kit ${n}`, default_code: `KIT-${n}`, list_price: 25, is_storable: true }))
  const ids = await admin<number[]>('product.product', 'create', { vals_list: names })
  const templates = await odoo.psql<{ id: number; product_tmpl_id: number }>(
    'select id, product_tmpl_id from product_product where id = any($1) order by id',
    [ids],
  )
  await admin('mrp.bom', 'create', {
    vals_list: templates.map(({ product_tmpl_id }, n) => ({
      ...{ product_tmpl_id, type: 'phantom', product_qty: 1 },
      bom_line_ids: [[0, 0, { product_id: parts[n]?.id, product_qty: 2 }]],
    })),
  })
}

/** Counts products anew. */
export async function count({ admin, odoo }: Stage, ids: number[], warehouse: string, quantity: number): Promise<void> {
  const [stock] = await odoo.psql<{ id: number }>('select lot_stock_id id from stock_warehouse where code = $1', [
    warehouse,
  ])
  const context = { inventory_mode: true }
  const vals_list = ids.map((id) => ({ product_id: id, location_id: stock?.id, inventory_quantity: quantity }))
  const quants = await admin<number[]>('stock.quant', 'create', { vals_list, context })
  await admin('stock.quant', 'action_apply_inventory', { ids: quants, context })
}

/** Prices and counts of a few products change, as on any day. */
export async function changeThings(stage: Stage, random: Random): Promise<void> {
  const rows = await stage.odoo.psql<{ id: number; tmpl: number }>(
    `select p.id, p.product_tmpl_id tmpl from product_product p
       join product_template t on t.id = p.product_tmpl_id
      where p.default_code is not null and t.is_storable and p.active and p.default_code not like 'KIT-%' order by p.id`,
  )
  const some = () => rows[random(rows.length)]
  for (let n = 0; n < 3; n++) {
    const price = 5 + random(90) + random(100) / 100
    await stage.admin('product.template', 'write', { ids: [some()?.tmpl], vals: { list_price: price } })
  }
  const counted = [some()?.id, some()?.id].filter((id) => id !== undefined)
  await count(stage, [...new Set(counted)], random(2) ? 'WH' : 'EAST', 300 + random(300))
}

const context = { skip_backorder: true }

/** Everything that is reserved for these orders leaves. */
export async function ship({ admin, odoo }: Stage, numbers: string[]): Promise<void> {
  const ids = (await readyOf(odoo, numbers)).map(({ id }) => id)
  if (ids.length > 0) await admin('stock.picking', 'button_validate', { ids, context })
}

/** One piece of the first line of each leaves, the rest is a backorder. */
export async function shipPart({ admin, odoo }: Stage, numbers: string[]): Promise<void> {
  for (const { id } of await readyOf(odoo, numbers)) {
    const moves = await odoo.psql<{ id: number }>('select id from stock_move where picking_id = $1 order by id', [id])
    const [first, ...others] = moves.map((move) => move.id)
    await admin('stock.move', 'write', { ids: [first], vals: { quantity: 1, picked: true } })
    if (others.length > 0) await admin('stock.move', 'write', { ids: others, vals: { picked: false } })
    await admin('stock.picking', 'button_validate', { ids: [id], context })
  }
}

const readyOf = (odoo: Stage['odoo'], numbers: string[]) =>
  odoo.psql<{ id: number }>(
    "select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = any($1) and p.state = 'assigned' order by p.id",
    [numbers],
  )

/** What was delivered is invoiced, orders of one customer together, and posted. */
export async function invoice({ admin, odoo }: Stage, numbers: string[]): Promise<void> {
  const ids = (
    await odoo.psql<{ id: number }>(
      "select id from sale_order where origin = any($1) and invoice_status = 'to invoice' order by id",
      [numbers],
    )
  ).map(({ id }) => id)
  if (ids.length === 0) return
  const active = { active_model: 'sale.order', active_ids: ids }
  const vals_list = [{ advance_payment_method: 'delivered', sale_order_ids: [[6, 0, ids]] }]
  const wizards = await admin<number[]>('sale.advance.payment.inv', 'create', { vals_list, context: active })
  await admin('sale.advance.payment.inv', 'create_invoices', { ids: wizards, context: active })
  const drafts = await odoo.psql<{ id: number }>(
    `select distinct m.id from account_move m join account_move_line l on l.move_id = m.id
       join sale_order_line_invoice_rel r on r.invoice_line_id = l.id join sale_order_line s on s.id = r.order_line_id
      where s.order_id = any($1) and m.state = 'draft' order by m.id`,
    [ids],
  )
  await admin('account.move', 'action_post', { ids: drafts.map(({ id }) => id) })
}

/** An accountant credits an order by hand, and pays it back. */
export async function creditByHand({ admin, odoo }: Stage, number: string, refund: string): Promise<void> {
  const [bill] = await odoo.psql<{ id: number; journal_id: number }>(
    `select distinct m.id, m.journal_id from account_move m join account_move_line l on l.move_id = m.id
       join sale_order_line_invoice_rel r on r.invoice_line_id = l.id join sale_order_line s on s.id = r.order_line_id
       join sale_order o on o.id = s.order_id where o.origin = $1 and m.move_type = 'out_invoice' and m.state = 'posted'`,
    [number],
  )
  if (!bill) throw new Error(`${number} has no invoice`)
  const active = { active_model: 'account.move', active_ids: [bill.id] }
  const [wizard] = await admin<number[]>('account.move.reversal', 'create', {
    vals_list: [{ move_ids: [[6, 0, [bill.id]]], journal_id: bill.journal_id, reason: 'By hand' }],
    context: active,
  })
  const { res_id: credit } = await admin<{ res_id: number }>('account.move.reversal', 'refund_moves', { ids: [wizard] })
  const lines = await odoo.psql<{ id: number }>(
    "select l.id from account_move_line l where l.move_id = $1 and l.display_type = 'product' order by l.id",
    [credit],
  )
  const [first, ...others] = lines.map(({ id }) => id)
  const line = { quantity: 1, price_unit: Number(refund), discount: 0, tax_ids: [[5]] }
  const invoice_line_ids = [[1, first, line], ...others.map((id) => [2, id])]
  await admin('account.move', 'write', { ids: [credit], vals: { invoice_line_ids } })
  await admin('account.move', 'action_post', { ids: [credit] })
  const paying = { active_model: 'account.move', active_ids: [credit] }
  const [payment] = await admin<number[]>('account.payment.register', 'create', { vals_list: [{}], context: paying })
  await admin('account.payment.register', 'action_create_payments', { ids: [payment], context: paying })
}

/** The same sum over Odoo's own table of payments. */
export async function bookedIn({ odoo }: Stage): Promise<Map<string, string>> {
  const rows = await odoo.psql<{ name: string; total: string }>(
    `select c.name, sum(case when p.payment_type = 'inbound' then p.amount else -p.amount end)::text total
       from account_payment p join res_currency c on c.id = p.currency_id
      where p.state in ('in_process', 'paid') group by c.name`,
  )
  return new Map(rows.map(({ name, total }) => [name, total]))
}
