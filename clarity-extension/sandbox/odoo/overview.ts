import { amount } from '../../../shared/money.ts'
import { type Html, html } from './html.ts'
import { fieldsOf } from './models.ts'
import { all, type Order, one, type Picking } from './rows.ts'
import { isOpen } from './status.ts'
import { movesOf } from './stock.ts'
import { linesOf } from './totals.ts'
import type { World } from './world.ts'

export interface Notice {
  text: string
  failed: boolean
}

const SHOWN = 50

/** The page's content: newest orders and deliveries, all stock, the last webhooks. */
export function overview(world: World, webhooks: { sending: boolean; webhookUrl: string | undefined }): Html {
  const orders = newest(world, 'sale.order')
  const pickings = newest(world, 'stock.picking')
  const open = pickings.filter(isOpen)
  return html`
    <section id="deliveries">
      <h2>Deliveries <small>${open.length} open</small></h2>
      ${pickings.length === 0 && html`<p class="empty">Nothing to deliver yet. Place an order in the shop.</p>`}
      <div class="cards">${[...open, ...pickings.filter((picking) => !isOpen(picking))].map((picking) => delivery(world, picking))}</div>
    </section>
    <section id="orders">
      <h2>Orders <small>${orders.length}</small></h2>
      ${orders.length === 0 ? html`<p class="empty">No orders yet.</p>` : orderTable(world, orders)}
    </section>
    <section id="stock"><h2>Stock</h2>${stockTable(world)}</section>
    <section id="webhooks"><h2>Webhooks</h2>${webhookLog(world, webhooks)}</section>
    <section id="connect"><h2>Connect</h2>${pairingForm}</section>`
}

function newest<M extends 'sale.order' | 'stock.picking'>(world: World, model: M) {
  return all(world.records, model).reverse().slice(0, SHOWN)
}

function delivery(world: World, picking: Picking): Html {
  const order = one(world.records, 'sale.order', picking.sale_id)
  const moves = movesOf(world, picking.id)
  const open = isOpen(picking)
  return html`
    <form class="card" method="post" action="/pickings/${picking.id}">
      <div class="row"><strong>${picking.name}</strong>${badge(picking.state, labelOf('stock.picking', 'state', picking.state))}</div>
      <p class="faint">${order.name} · ${partnerName(world, order.partner_shipping_id ?? order.partner_id)}</p>
      <table>
        <thead><tr><th>Product</th><th class="number">Ordered</th><th class="number">${open ? 'Reserved' : 'Shipped'}</th>
          ${open && html`<th class="number">Ship now</th>`}</tr></thead>
        <tbody>${moves.map((move) => {
          const { default_code: sku, name } = one(world.records, 'product.product', move.product_id)
          return html`<tr><td title="${name}">${sku ?? name}</td><td class="number">${move.product_uom_qty}</td>
            <td class="number">${move.quantity}</td>
            ${open && html`<td class="number"><input name="sku:${sku ?? ''}" inputmode="decimal" aria-label="Ship now of ${sku ?? name}" value="${move.quantity}"></td>`}</tr>`
        })}</tbody>
      </table>
      <div class="row actions">
        ${open && html`<button name="act" value="validate" class="primary">Validate</button><button name="act" value="partly">Validate partly</button>`}
        ${picking.state === 'confirmed' && html`<button name="act" value="reserve">Reserve</button>`}
        ${
          picking.state !== 'cancel' &&
          html`<span class="tracking"><input name="tracking" placeholder="Tracking number" aria-label="Tracking number of ${picking.name}"
            value="${picking.carrier_tracking_ref ?? ''}"><button name="act" value="tracking">Set</button></span>`
        }
      </div>
    </form>`
}

const orderTable = (world: World, orders: Order[]): Html => html`
  <table>
    <thead><tr><th>Order</th><th>Customer</th><th>Lines</th><th class="number">Tax</th><th class="number">Total</th><th>State</th><th>Delivery</th></tr></thead>
    <tbody>${orders.map((order) => {
      const currency = one(world.records, 'res.currency', order.currency_id).name
      const lines = linesOf(world, order.id).map((line) => `${line.product_uom_qty} × ${line.name}`)
      return html`<tr><td><strong>${order.name}</strong><br><span class="faint">${order.date_order}</span></td>
        <td>${partnerName(world, order.partner_id)}</td><td class="faint">${lines.join(', ')}</td>
        <td class="number">${order.amount_tax}</td><td class="number">${order.amount_total} ${currency}</td>
        <td>${badge(order.state, labelOf('sale.order', 'state', order.state))}</td>
        <td>${order.delivery_status && badge(order.delivery_status, labelOf('sale.order', 'delivery_status', order.delivery_status))}</td></tr>`
    })}</tbody>
  </table>`

function stockTable(world: World): Html {
  const warehouses = all(world.records, 'stock.warehouse')
  const products = all(world.records, 'product.product').filter(({ is_storable }) => is_storable)
  return html`
    <table>
      <thead><tr><th>SKU</th><th>Product</th>${warehouses.map(({ name, code }) => html`<th>${name} <small>${code}</small></th>`)}</tr></thead>
      <tbody>${products.map(
        ({ id, default_code: sku, name }) => html`<tr><td><strong>${sku}</strong></td><td>${name}</td>
          ${warehouses.map((warehouse) => {
            const [quant] = all(world.records, 'stock.quant', { product_id: id, warehouse_id: warehouse.id })
            const free = amount(quant?.quantity ?? 0).minus(quant?.reserved_quantity ?? 0)
            return html`<td><form class="count" method="post" action="/stock">
              <input type="hidden" name="sku" value="${sku}"><input type="hidden" name="warehouse" value="${warehouse.code}">
              <input name="quantity" inputmode="decimal" aria-label="${sku} in ${warehouse.name}" value="${quant?.quantity ?? '0'}">
              <button>Count</button><span class="faint">${free.toString()} free</span></form></td>`
          })}</tr>`,
      )}</tbody>
    </table>`
}

/** As on the settings page of the real module. */
const pairingForm = html`
  <form class="row" method="post" action="/pairing" autocomplete="off">
    <label>Pairing code <input name="code" required size="50" placeholder="clarity-…@https://bridge.example"></label>
    <button class="primary">Connect</button>
    <span class="faint">The bridge’s panel shows it under Connections.</span>
  </form>`

function webhookLog(world: World, { sending, webhookUrl }: { sending: boolean; webhookUrl: string | undefined }): Html {
  const { pending, oldest_at } = world.outbox.summary()
  const sent = world.outbox.recent(SHOWN)
  return html`
    <form class="row" method="post" action="/webhooks/resume">
      <span>${webhookUrl ? html`To <code>${webhookUrl}</code>` : 'No receiver is set.'} ${badge(sending ? 'sending' : 'off')}</span>
      <span class="faint">${pending} waiting${oldest_at && ` since ${oldest_at}`}</span>
      ${webhookUrl && pending > 0 && html`<button>Send again</button>`}
    </form>
    ${sent.length === 0 && html`<p class="empty">Nothing sent yet.</p>`}
    ${
      sent.length > 0 &&
      html`<table>
        <thead><tr><th>When</th><th>What</th><th>Answer</th><th class="number">ms</th><th>Id</th></tr></thead>
        <tbody>${sent.map(
          ({ at, thing, answer, ms, webhook_id }) =>
            html`<tr><td class="faint">${new Date(at).toISOString().slice(11, 23)}</td><td>${thing}</td>
              <td>${badge(/^2\d\d$/.test(answer) ? 'done' : 'failed', answer)}</td><td class="number">${ms}</td><td class="faint">${webhook_id}</td></tr>`,
        )}</tbody>
      </table>`
    }`
}

const badge = (state: string, text = state): Html =>
  html`<span class="badge ${state.replace(/[^a-z]/g, '')}">${text}</span>`

/** What Odoo calls a state. */
const labelOf = (model: string, field: string, key: string): string =>
  fieldsOf(model)?.[field]?.selection?.find(([value]) => value === key)?.[1] ?? key

function partnerName(world: World, id: number): string {
  const { name, company_name, city } = one(world.records, 'res.partner', id)
  return [name ?? company_name ?? `Partner ${id}`, city].filter(Boolean).join(', ')
}
