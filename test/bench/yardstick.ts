/**
 * What a competent person writes in an afternoon to bring orders into Odoo, as fast as Odoo's own API allows: the yardsticks
 * of the `orders` bench. They keep nothing, retry nothing and know every product id beforehand.
 */
export interface PlainOdoo {
  url: string
  db: string
  apiKey: string
}

export interface PlainOrder {
  customer: { name: string; email: string; street: string; city: string }
  number: string
  lines: { productId: number; quantity: number; price: number }[]
}

export async function call<T>(odoo: PlainOdoo, model: string, method: string, body: object): Promise<T> {
  const response = await fetch(`${odoo.url}/json/2/${model}/${method}`, {
    method: 'POST',
    headers: {
      authorization: `bearer ${odoo.apiKey}`,
      'x-odoo-database': odoo.db,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${model}.${method} ${response.status}: ${(await response.text()).slice(0, 300)}`)
  return (await response.json()) as T
}

/**
 * Look the partner up or create it, create the order, confirm it: one order after another in each of `concurrency` loops.
 * @param then what else it does for each order
 */
export async function oneAtATime(
  odoo: PlainOdoo,
  orders: PlainOrder[],
  concurrency: number,
  then?: (order: PlainOrder, partnerId: number) => Promise<void>,
): Promise<void> {
  const queue = [...orders]
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let order = queue.shift(); order; order = queue.shift()) {
        const [found] = await call<{ id: number }[]>(odoo, 'res.partner', 'search_read', {
          domain: [['email', '=', order.customer.email]],
          fields: ['id'],
          limit: 1,
        })
        const partnerId =
          found?.id ?? (await call<number[]>(odoo, 'res.partner', 'create', { vals_list: [order.customer] }))[0]
        const ids = await call<number[]>(odoo, 'sale.order', 'create', { vals_list: [saleOrder(order, partnerId)] })
        await call(odoo, 'sale.order', 'action_confirm', { ids })
        await then?.(order, partnerId ?? 0)
      }
    }),
  )
}

/** A payment of what the order's goods cost, posted. */
export async function registerPayment(odoo: PlainOdoo, journalId: number, order: PlainOrder, partnerId: number) {
  const amount = order.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
  const payment = {
    payment_type: 'inbound',
    partner_type: 'customer',
    partner_id: partnerId,
    amount,
    memo: order.number,
  }
  const ids = await call<number[]>(odoo, 'account.payment', 'create', {
    vals_list: [{ ...payment, journal_id: journalId }],
  })
  await call(odoo, 'account.payment', 'action_post', { ids })
}

/** The same by hand-made batches: one look-up, one create of the missing partners, one create, one confirm per batch. */
export async function handBatched(
  odoo: PlainOdoo,
  orders: PlainOrder[],
  size: number,
  inFlight: number,
): Promise<void> {
  const batches: PlainOrder[][] = []
  for (let start = 0; start < orders.length; start += size) batches.push(orders.slice(start, start + size))
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let batch = batches.shift(); batch; batch = batches.shift()) {
        const customers = new Map(batch.map(({ customer }) => [customer.email, customer]))
        const found = await call<{ id: number; email: string }[]>(odoo, 'res.partner', 'search_read', {
          domain: [['email', 'in', [...customers.keys()]]],
          fields: ['email'],
        })
        const ids = new Map(found.map(({ id, email }) => [email, id]))
        const missing = [...customers.values()].filter(({ email }) => !ids.has(email))
        if (missing.length > 0) {
          const created = await call<number[]>(odoo, 'res.partner', 'create', { vals_list: missing })
          missing.forEach(({ email }, index) => {
            ids.set(email, created[index] ?? 0)
          })
        }
        const orderIds = await call<number[]>(odoo, 'sale.order', 'create', {
          vals_list: batch.map((order) => saleOrder(order, ids.get(order.customer.email))),
        })
        await call(odoo, 'sale.order', 'action_confirm', { ids: orderIds })
      }
    }),
  )
}

const saleOrder = (order: PlainOrder, partnerId: number | undefined) => ({
  partner_id: partnerId,
  client_order_ref: order.number,
  order_line: order.lines.map(({ productId, quantity, price }) => [
    0,
    0,
    { product_id: productId, product_uom_qty: quantity, price_unit: price },
  ]),
})
