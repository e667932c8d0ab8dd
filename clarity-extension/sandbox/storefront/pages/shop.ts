import type { Request, Router } from 'express'
import { z } from 'zod'
import type { Product } from '../../../../shared/entities.ts'
import { orderOf } from '../orders.ts'
import { placeOrder } from '../place-order.ts'
import { priceBook } from '../price-book.ts'
import { price } from '../pricing.ts'
import { HttpProblem } from '../problem.ts'
import { shipmentsOf } from '../shipments.ts'
import type { Shop } from '../shop.ts'
import { available } from '../stock.ts'
import type { Amounts } from '../totals.ts'
import { art } from './art.ts'
import { type Cart, pieces, readCart, writeCart } from './cart.ts'
import { type Html, html } from './html.ts'
import { money, shopPage } from './layout.ts'
import { checkoutForm, orderFrom, orderLive } from './order.ts'

const line = z.object({ sku: z.string().min(1), quantity: z.coerce.number().int().min(0).max(999) })

/** The shop: choose, put into the cart, order, watch. */
export function shopRoutes(router: Router, shop: Shop, committed: () => void): void {
  router.get('/', (request, response) => {
    response.send(page(request, 'Clarity sandbox', '/', shelf(shop)))
  })
  router.get('/cart', (request, response) => {
    response.send(page(request, 'Your cart', '/cart', cartView(shop, readCart(request))))
  })
  router.post('/cart', (request, response) => {
    const { sku, quantity } = line.parse(request.body)
    const cart = readCart(request)
    writeCart(response, cart.set(sku, (cart.get(sku) ?? 0) + quantity))
    response.redirect(303, '/cart')
  })
  router.post('/cart/change', (request, response) => {
    const { sku, quantity } = line.parse(request.body)
    writeCart(response, readCart(request).set(sku, quantity))
    response.redirect(303, '/cart')
  })
  router.post('/checkout', (request, response) => {
    const cart = readCart(request)
    try {
      const order = shop.db.transaction(() => placeOrder(shop, orderFrom(request.body, cart))).immediate()
      committed()
      writeCart(response, new Map())
      response.redirect(303, `/order/${order.record.id}`)
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error
      response.status(error.status).send(page(request, 'Your cart', '/cart', cartView(shop, cart, error.message)))
    }
  })
  router.get('/order/:id', (request, response) => {
    const { record } = orderOf(shop, request.params.id)
    const live = orderLive(record, shipmentsOf(shop, record.id))
    const body = html`<section data-live="/order/${record.id}/live">${live}</section>
      <p><a href="/">Continue shopping</a></p>`
    response.send(page(request, `Order ${record.number}`, '', body))
  })
  router.get('/order/:id/live', ({ params }, response) => {
    const { record } = orderOf(shop, params.id)
    response.send(orderLive(record, shipmentsOf(shop, record.id)).html)
  })
}

function page(request: Request, title: string, here: string, body: Html): string {
  return shopPage({ title, here, body, cart: pieces(readCart(request)) })
}

function shelf(shop: Shop): Html {
  const families = new Map<string, Product[]>()
  for (const product of everyProduct(shop)) {
    const name = product.variantOf ?? product.name
    families.set(name, [...(families.get(name) ?? []), product])
  }
  return html`<h1>Good things, honestly made up</h1>
    <p class="lead">Put something into the cart and order it. With the Odoo extension on, the order is a sale order in Odoo
    a moment later, and its shipment comes back here.</p>
    <ul class="grid">${[...families].map(([name, variants]) => card(shop, name, variants))}</ul>`
}

/** In the order of the catalogue: ids of seeded products follow their SKU, so the page sorts by what a shopper sees. */
function everyProduct(shop: Shop): Product[] {
  const products: Product[] = []
  for (let pageIndex = 0; ; pageIndex += 1) {
    const { results, totalCount } = shop.products.list({ pageSize: 200, pageIndex })
    products.push(...results.filter(({ active }) => active))
    if ((pageIndex + 1) * 200 >= totalCount) return products
  }
}

function card(shop: Shop, name: string, variants: Product[]): Html {
  const [first] = variants
  if (!first) return html``
  const prices = variants.map(({ prices: { base, sale } }) => Number(sale ?? base))
  const from = String(Math.min(...prices))
  return html`<li class="card">${art(name)}
    <h2>${name}</h2><p class="quiet">${first.description}</p>
    <p class="price">${prices.some((one) => one !== prices[0]) && 'from '}${money(from, first.currency)}</p>
    <form method="post" action="/cart"><input type="hidden" name="quantity" value="1">
      ${variants.length === 1 ? html`<input type="hidden" name="sku" value="${first.sku}">` : chooser(shop, name, variants)}
      <button aria-label="Add ${name} to the cart">Add</button></form></li>`
}

const chooser = (shop: Shop, name: string, variants: Product[]): Html =>
  html`<select name="sku" aria-label="Variant of ${name}">${variants.map(
    (product) =>
      html`<option value="${product.sku}"${available(shop, product.sku).lte(0) && html` disabled`}>${
        Object.values(product.options).join(', ') || product.sku
      }</option>`,
  )}</select>`

function cartView(shop: Shop, cart: Cart, problem?: string): Html {
  if (cart.size === 0) return html`<h1>Your cart is empty</h1><p><a class="button" href="/">Back to the shop</a></p>`
  const items = [...cart].map(([sku, count]) => ({ sku, quantity: String(count) }))
  const priced = quote(shop, items)
  return html`<h1>Your cart</h1>${problem !== undefined && html`<p class="notice bad" role="alert">${problem}</p>`}
    <div class="split"><section class="card">${priced ? cartTable(priced) : unsold(cart)}</section>
    <section class="card"><h2>Where to?</h2>${checkoutForm(shop)}</section></div>`
}

/** A product that was taken out of the shop meanwhile must not break the page. */
function quote(shop: Shop, items: { sku: string; quantity: string }[]): Amounts | undefined {
  try {
    return price(
      { items, shippingLines: [] },
      shop.settings.ensure('currency', () => 'USD'),
      priceBook(shop),
    )
  } catch (error) {
    if (error instanceof HttpProblem) return undefined
    throw error
  }
}

const cartTable = ({ items, currency, subtotal, taxTotal }: Amounts): Html => html`<div class="scroll"><table>
  <thead><tr><th>Product</th><th>Pieces</th><th class="number">Total</th></tr></thead><tbody>${items.map(
    (item) => html`<tr><td>${item.name}</td><td>${changer(item.sku, item.quantity)}</td>
      <td class="number">${money(item.total, currency)}</td></tr>`,
  )}<tr><td colspan="2">Tax</td><td class="number">${money(taxTotal, currency)}</td></tr>
  <tr><td colspan="2"><strong>Together</strong>, before shipping</td>
  <td class="number price">${money(String(Number(subtotal) + Number(taxTotal)), currency)}</td></tr></tbody></table></div>`

const unsold = (cart: Cart): Html =>
  html`<p>Something in the cart is no longer sold.</p>${[...cart].map(
    ([sku, count]) => html`<p class="row"><code>${sku}</code>${changer(sku, String(count))}</p>`,
  )}`

const changer = (sku: string, quantity: string): Html => html`<form class="row" method="post" action="/cart/change">
  <input type="hidden" name="sku" value="${sku}">
  <input class="count" type="number" name="quantity" min="0" max="999" value="${quantity}" aria-label="Pieces of ${sku}">
  <button class="plain">Change</button></form>`
