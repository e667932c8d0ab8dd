import { z } from 'zod'
import type { Address, Order, OrderStatus, Shipment } from '../../../../shared/entities.ts'
import { shippingMethods } from '../price-book.ts'
import type { Shop } from '../shop.ts'
import type { Cart } from './cart.ts'
import { type Html, html } from './html.ts'
import { badge, instant, money } from './layout.ts'

const formShape = z.object({
  name: z.string().trim(),
  email: z.string().trim(),
  company: z.string().trim().default(''),
  line1: z.string().trim(),
  city: z.string().trim(),
  region: z.string().trim().default(''),
  postalCode: z.string().trim().default(''),
  country: z.string().trim().toUpperCase(),
  method: z.string(),
  purchaseOrderNumber: z.string().trim().default(''),
  note: z.string().trim().default(''),
})

/** The form as a checkout of the contract. */
export function orderFrom(body: unknown, cart: Cart): Record<string, unknown> {
  const form = formShape.parse(body)
  const orNull = (text: string) => (text === '' ? null : text)
  return {
    contact: { name: form.name, email: form.email },
    items: [...cart].map(([sku, count]) => ({ sku, quantity: String(count) })),
    shippingLines: [{ method: form.method }],
    shippingAddress: {
      kind: 'shipping',
      name: form.name,
      company: orNull(form.company),
      line1: form.line1,
      city: form.city,
      region: orNull(form.region),
      postalCode: orNull(form.postalCode),
      country: form.country,
      email: form.email,
    },
    purchaseOrderNumber: orNull(form.purchaseOrderNumber),
    note: orNull(form.note),
  }
}

/** Filled in already: a sandbox order is two clicks away. */
export function checkoutForm(shop: Shop): Html {
  const methods = shippingMethods(shop)
  const currency = shop.settings.ensure('currency', () => 'USD')
  return html`<form method="post" action="/checkout">
    <div class="fields">${field('name', 'Name', 'Robin Example', true)}${field('email', 'E-mail', 'robin@example.com', true)}
    ${field('company', 'Company', '')}${field('line1', 'Street', '500 Congress Avenue', true)}
    ${field('postalCode', 'Postal code', '78701')}${field('city', 'City', 'Austin', true)}
    ${field('region', 'State', 'TX')}${field('country', 'Country', 'US', true)}
    ${field('purchaseOrderNumber', 'Your order number', '')}${field('note', 'Note', '')}</div>
    <fieldset><legend>Shipping</legend>${methods.map(
      ({ method, carrier, price }, index) =>
        html`<label class="choice"><input type="radio" name="method" value="${method}"${
          index === 0 && html` checked`
        }>${method} <span class="quiet">${carrier}, ${money(price, currency)}</span></label>`,
    )}</fieldset>
    <button class="wide">Place order</button></form>`
}

const field = (name: string, label: string, value: string, required = false): Html =>
  html`<label>${label}<input name="${name}" value="${value}"${required && html` required`}></label>`

/** The part of the confirmation that changes by itself: status, lines, shipments. */
export function orderLive(order: Order, shipments: Shipment[]): Html {
  return html`<h1>Order ${order.number}</h1>
    <p class="row">${badge(order.status)}${order.externalKey ? html`<span>Odoo: <strong>${order.externalKey}</strong></span>` : html`<span class="quiet">Waiting for Odoo…</span>`}</p>
    ${order.status === 'cancelled' ? html`` : steps(order.status)}
    <div class="split"><section class="card"><h2>What</h2>${lines(order)}</section>
    <div class="stack"><section class="card"><h2>Shipments</h2>${
      shipments.length === 0
        ? html`<p class="quiet">Nothing has left yet. This page follows by itself.</p>`
        : shipments.map((shipment) => parcel(shipment))
    }</section>
    <section class="card"><h2>To</h2>${addressView(order.shippingAddress)}</section></div></div>`
}

const STEPS: { name: string; from: OrderStatus[] }[] = [
  {
    name: 'Ordered',
    from: ['pending', 'onHold', 'confirmed', 'processing', 'partiallyShipped', 'shipped', 'completed'],
  },
  { name: 'Confirmed', from: ['confirmed', 'processing', 'partiallyShipped', 'shipped', 'completed'] },
  { name: 'On its way', from: ['partiallyShipped', 'shipped', 'completed'] },
  { name: 'All shipped', from: ['shipped', 'completed'] },
]

const steps = (status: OrderStatus): Html =>
  html`<ol class="steps">${STEPS.map(
    ({ name, from }) => html`<li${from.includes(status) && html` class="reached"`}>${name}</li>`,
  )}</ol>`

/** The lines of an order with its sums. */
const lines = ({
  items,
  shippingLines,
  discounts,
  currency,
  taxTotal,
  total,
}: Order): Html => html`<div class="scroll"><table>
  <thead><tr><th>Product</th><th class="number">Pieces</th><th class="number">Price</th><th class="number">Total</th></tr></thead>
  <tbody>${items.map(
    (item) => html`<tr><td>${item.name}<br><code>${item.sku}</code></td><td class="number">${item.quantity}</td>
      <td class="number">${money(item.unitPrice, currency)}</td><td class="number">${money(item.total, currency)}</td></tr>`,
  )}${shippingLines.map(
    (line) =>
      html`<tr><td colspan="3">${line.method} ${line.carrier}</td><td class="number">${money(line.amount, currency)}</td></tr>`,
  )}${discounts.map(
    (line) => html`<tr><td colspan="3">${line.name}</td><td class="number">−${money(line.amount, currency)}</td></tr>`,
  )}<tr><td colspan="3">Tax</td><td class="number">${money(taxTotal, currency)}</td></tr>
  <tr><td colspan="3"><strong>Total</strong></td><td class="number price">${money(total, currency)}</td></tr></tbody></table></div>`

const parcel = ({ lines: shipped, trackingNumber, trackingUrl, carrier, locationKey, shippedAt }: Shipment): Html =>
  html`<div><p>${instant(shippedAt)} ${locationKey && html`from <code>${locationKey}</code>`}</p>
    <p>${shipped.map(({ sku, quantity }) => html`${quantity} × <code>${sku}</code> `)}</p>
    <p class="quiet">${carrier} ${trackingNumber ? tracking(trackingNumber, trackingUrl) : 'tracking number to follow'}</p></div>`

/** Only web addresses become links: a tracking URL comes from outside. */
const tracking = (number: string, url: string | null | undefined): Html =>
  url && /^https?:\/\//i.test(url)
    ? html`<a href="${url}" rel="noreferrer">${number}</a>`
    : html`<code>${number}</code>`

const addressView = (address: Address): Html =>
  html`<p>${[
    address.name,
    address.company,
    address.line1,
    address.line2,
    `${address.postalCode ?? ''} ${address.city}`,
    address.region,
    address.country,
  ]
    .filter((part) => part?.trim())
    .map((part) => html`${part}<br>`)}</p>`
