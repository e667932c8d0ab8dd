import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import type { Courier } from '../delivery.ts'
import type { Endpoints } from '../endpoints.ts'
import type { Extension } from '../extension.ts'
import type { Launch } from '../launch.ts'
import { changePayment, editOrder, orderOf, setStatus } from '../orders.ts'
import { HttpProblem } from '../problem.ts'
import { shipmentsOf } from '../shipments.ts'
import type { Shop } from '../shop.ts'
import { extensionsView, openView, panelView } from './extensions.ts'
import { type Html, html } from './html.ts'
import { adminPage, badge, instant, money } from './layout.ts'
import { orderLive } from './order.ts'
import { webhooksView } from './webhooks.ts'

export interface AdminParts {
  shop: Shop
  endpoints: Endpoints
  extension: Extension
  courier: Courier
}

/** The shop's back office: orders, inventory, webhooks, extensions. */
export function adminRoutes(router: Router, { shop, endpoints, extension, courier }: AdminParts): void {
  router.get('/admin', (_request, response) => {
    response.send(
      adminPage({
        title: 'Orders',
        here: '/admin',
        body: html`<h1>Orders</h1>${live('/admin/orders-live', ordersView(shop))}`,
      }),
    )
  })
  router.get('/admin/orders-live', (_request, response) => void response.send(ordersView(shop).html))
  router.get('/admin/orders/:id', ({ params }, response) => {
    response.send(adminPage({ title: 'Order', here: '/admin', body: orderView(shop, params.id) }))
  })
  router.get('/admin/inventory', (_request, response) => {
    response.send(
      adminPage({
        title: 'Inventory',
        here: '/admin/inventory',
        body: html`<h1>Inventory</h1>${live('/admin/inventory-live', inventoryView(shop))}`,
      }),
    )
  })
  router.get('/admin/inventory-live', (_request, response) => void response.send(inventoryView(shop).html))
  router.get('/admin/webhooks', (_request, response) => {
    response.send(
      adminPage({
        title: 'Webhooks',
        here: '/admin/webhooks',
        body: html`<h1>Webhooks</h1>${live('/admin/webhooks-live', webhooksView(shop, endpoints))}`,
      }),
    )
  })
  router.get('/admin/webhooks-live', (_request, response) => void response.send(webhooksView(shop, endpoints).html))
  router.get('/admin/extensions', (_request, response) => {
    response.send(adminPage({ title: 'Extensions', here: '/admin/extensions', body: extensionsView(extension) }))
  })

  /** The shop's own hand: the change, its events, back to the page. */
  const act = (path: string, work: (id: string, body: unknown) => void) =>
    router.post(path, (request, response) => {
      const id = z.string().default('').parse(request.params.id)
      shop.db.transaction(() => work(id, request.body)).immediate()
      courier.kick()
      response.redirect(303, path.replace(/\/[^/]+$/, '').replace(':id', encodeURIComponent(id)))
    })

  act('/admin/orders/:id/cancel', (id) => setStatus(shop, orderOf(shop, id), { status: 'cancelled' }))
  act('/admin/orders/:id/payment', (id, body) => changePayment(shop, id, body))
  act('/admin/orders/:id/edit', (id, body) => editOrder(shop, id, editFrom(shop, id, body)))

  router.get('/admin/extensions/odoo/panel', (request, response) => launched(request, response, panelView))
  router.post('/admin/extensions/odoo/open', (request, response) => launched(request, response, openView))

  /** These pages alone may send a form to the bridge, and frame it. */
  function launched(request: Request, response: Response, view: (launch: Launch) => Html): void {
    const launch = extension.launch(`${request.protocol}://${request.host}`)
    if (!launch) {
      response.redirect(303, '/admin/extensions')
      return
    }
    const bridge = new URL(launch.action).origin
    const policy = String(response.getHeader('Content-Security-Policy'))
    response.setHeader(
      'Content-Security-Policy',
      `${policy.replace("form-action 'self'", `form-action 'self' ${bridge}`)};frame-src ${bridge}`,
    )
    response.setHeader('Cache-Control', 'no-store')
    response.send(adminPage({ title: 'Odoo', here: '/admin/extensions', body: view(launch) }))
  }

  router.post('/admin/extensions/odoo', (request, response) => {
    const { url, action } = z
      .object({ url: z.string().optional(), action: z.enum(['enable', 'disable']) })
      .parse(request.body)
    if (url && url !== extension.address()?.url) extension.setAddress({ url: webAddress(url) })
    const switched = shop.db
      .transaction(() => (action === 'enable' ? extension.enable() : extension.disable()))
      .immediate()
    courier.kick()
    const secret = switched?.newSecret
    if (secret === undefined) response.redirect(303, '/admin/extensions')
    else
      response.send(
        adminPage({ title: 'Extensions', here: '/admin/extensions', body: extensionsView(extension, secret) }),
      )
  })
}

const live = (path: string, body: Html): Html => html`<section data-live="${path}">${body}</section>`

function webAddress(text: string): string {
  if (z.url({ protocol: /^https?$/ }).safeParse(text).success) return text
  throw new HttpProblem(422, 'invalid_url', `${text} is not an http address such as http://127.0.0.1:4000.`)
}

/** Newest first; the list is sorted by change, so the last pages hold them. */
function newest<T>(list: (pageIndex: number) => { results: T[]; totalCount: number }, size: number): T[] {
  const { totalCount } = list(0)
  const last = Math.max(0, Math.ceil(totalCount / size) - 1)
  const results = [...(last > 0 ? list(last - 1).results : []), ...list(last).results]
  return results.slice(-size).reverse()
}

function ordersView(shop: Shop): Html {
  const orders = newest((pageIndex) => shop.orders.list({ pageSize: 50, pageIndex }), 50)
  if (orders.length === 0) return html`<p class="lead">No orders yet. <a href="/">Place one in the shop.</a></p>`
  return html`<div class="card scroll"><table><thead><tr><th>Order</th><th>Placed</th><th>Shopper</th><th>Status</th><th>Odoo</th>
    <th class="number">Total</th></tr></thead><tbody>${orders.map(
      (
        order,
      ) => html`<tr><td><a href="/admin/orders/${order.id}">${order.number}</a></td><td>${instant(order.placedAt)}</td>
      <td>${order.contact?.name ?? order.shippingAddress.name}</td><td>${badge(order.status)}</td>
      <td>${order.externalKey ?? '–'}</td><td class="number">${money(order.total, order.currency)}</td></tr>`,
    )}</tbody></table></div>`
}

function orderView(shop: Shop, id: string): Html {
  const { record: order } = orderOf(shop, id)
  const post = (action: string, body: Html): Html =>
    html`<form class="row" method="post" action="/admin/orders/${id}/${action}">${body}</form>`
  return html`${live(`/order/${id}/live`, orderLive(order, shipmentsOf(shop, id)))}
    <div class="stack"><section class="card"><h2>Payments</h2>${order.payments.map(
      (
        payment,
      ) => html`<div class="row">${badge(payment.state)} ${payment.method} ${money(payment.amount, payment.currency)}
      ${(['captured', 'refunded', 'failed'] as const)
        .filter((state) => state !== payment.state)
        .map((state) =>
          post(
            'payment',
            html`<input type="hidden" name="id" value="${payment.id}"><input type="hidden" name="state" value="${state}"><button class="plain">Set ${state}</button>`,
          ),
        )}</div>`,
    )}</section>
    ${
      order.status !== 'cancelled' &&
      html`<section class="card"><h2>Change</h2>${post(
        'edit',
        html`${order.items.map((item) => html`<label>${item.name}<input class="count" type="number" min="0" step="any" name="quantity.${item.lineId}" value="${item.quantity}"></label>`)}
      <label>Note<input name="note" value="${order.note}"></label><button class="plain">Save</button>`,
      )}${post('cancel', html`<button class="plain">Cancel the order</button>`)}</section>`
    }</div>`
}

/** The form's quantities as an edit; a line of 0 is taken out. */
function editFrom(shop: Shop, id: string, body: unknown): unknown {
  const form = z.record(z.string(), z.string()).parse(body)
  const { items } = orderOf(shop, id).record
  const wanted = items.map(({ lineId, sku, quantity }) => ({
    lineId,
    sku,
    quantity: form[`quantity.${lineId}`] ?? quantity,
  }))
  const changed = wanted.some(({ quantity }, index) => quantity !== items[index]?.quantity)
  const rest = wanted.filter(({ quantity }) => Number(quantity) !== 0)
  return { note: form.note === '' ? null : form.note, ...(changed ? { items: rest } : {}) }
}

function inventoryView(shop: Shop): Html {
  const locations = shop.locations.list({ pageSize: 200, pageIndex: 0 }).results
  const levels = new Map<string, Map<string, string>>()
  for (let pageIndex = 0; pageIndex < 25; pageIndex += 1) {
    const { results } = shop.inventory.list({ pageSize: 200, pageIndex })
    for (const level of results) {
      const row = levels.get(level.sku) ?? new Map<string, string>()
      levels.set(level.sku, row.set(level.locationKey, level.quantity))
    }
    if (results.length < 200) break
  }
  const rows = [...levels].sort(([a], [b]) => (a < b ? -1 : 1))
  return html`<div class="card scroll"><table><thead><tr><th>SKU</th>${locations.map(
    ({ name }) => html`<th class="number">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([sku, row]) =>
      html`<tr><td><code>${sku}</code></td>${locations.map(
        ({ externalKey }) => html`<td class="number">${row.get(externalKey) ?? '–'}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`
}
