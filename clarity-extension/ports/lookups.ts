import type { Logger } from 'pino'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Customer, Order, Product } from '../../shared/entities.ts'
import type { Answer } from '../../shared/outcome.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { LookupsPort } from '../http/lookups.ts'
import type { Ledger } from '../ledger/types.ts'
import { type LookupBook, lookupBook } from '../lookups/book.ts'
import { type Sides, said } from '../lookups/choices.ts'
import { lookupDesk } from '../lookups/desk.ts'
import { type Sighting, type Sightings, sightings } from '../lookups/sightings.ts'
import type { OpenText } from '../lookups/waiting.ts'
import type { Store } from '../store/store.ts'

export interface Lookups {
  book: LookupBook
  sightings: Sightings
  /** Values of an order that tables may map. */
  sighted(order: Order): void
  /** For the panel; the ledger releases what an entry mends. */
  panel(ledger: Pick<Ledger, 'release'>, recountAll: () => Promise<unknown>): LookupsPort
}

/** How far back a reading of the storefront looks for orders, and how many records of a kind it reads. */
const DAYS = 30
const MOST = 5_000

/** Value tables, from the real store and clients. */
export function lookups(
  store: Store,
  clarity: Pick<ClarityClient, 'orders' | 'products' | 'customers' | 'inventoryLocations'>,
  odoo: Pick<OdooClient, 'choices'>,
  log: Pick<Logger, 'warn'>,
  open: OpenText,
): Lookups {
  const book = lookupBook(store.db)
  const seen = sightings(store.db)
  const sides = sidesOf(odoo)
  return {
    book,
    sightings: seen,
    sighted: (order) => valuesOfOrder(order, (table, key) => seen.see(table, key, order.number)),
    panel(ledger, recountAll) {
      const changed = (tables: readonly string[]) => {
        if (!tables.includes('location')) return
        recountAll().catch((error: unknown) => log.warn({ err: error }, 'stock was not counted again'))
      }
      const desk = lookupDesk({ store, open, ledger, book, sightings: seen, sides, changed })
      return {
        ...desk,
        async choices(table, search, key) {
          if (table !== 'location') return desk.choices(table, search, key)
          return locationChoices(clarity, search)
        },
        async discover() {
          await seen.flush()
          return discover(clarity, seen)
        },
      }
    },
  }
}

function sidesOf(odoo: Pick<OdooClient, 'choices'>): Sides {
  const records: Sides['records'] = async (wishes) => {
    const reply = await odoo.choices(wishes)
    return reply.ok ? { ok: true, value: reply.value.choices } : reply
  }
  return {
    records,
    async keysOf({ known }) {
      if (!known) return new Map()
      const answer = await records([{ ...known, where: {} }])
      return new Map(answer.ok ? (answer.value[0]?.items ?? []).map(({ value, name }) => [value, name]) : [])
    },
  }
}

async function locationChoices(clarity: Pick<ClarityClient, 'inventoryLocations'>, search: string) {
  const answer = await clarity.inventoryLocations()
  if (!answer.ok) return { state: 'away' as const, message: said(answer.outcome), total: 0, items: [] }
  const wanted = search.toLowerCase()
  const found = answer.value.filter(
    ({ externalKey, name, active }) => active && `${externalKey} ${name}`.toLowerCase().includes(wanted),
  )
  const items = found.map(({ externalKey, name }) => ({
    result: externalKey,
    name,
    detail: name === externalKey ? null : externalKey,
  }))
  // A location that the storefront does not list yet may be typed.
  return { state: 'free' as const, message: null, total: items.length, items }
}

/** Reads what the storefront holds now. @returns how many different values there are */
async function discover(
  clarity: Pick<ClarityClient, 'orders' | 'products' | 'customers'>,
  seen: Sightings,
): Promise<Answer<{ values: number }>> {
  const found = new Map<string, Sighting>()
  const see = (example: string) => (table: string, key: string) => {
    const id = `${table}\n${key}`
    const count = (found.get(id)?.count ?? 0) + 1
    if (key !== '') found.set(id, { table, key, count, lastAt: Date.now(), example })
  }
  const since = new Date(Date.now() - DAYS * 86_400_000).toISOString()
  const problem =
    (await each(clarity.orders(since), (order) => valuesOfOrder(order, see(order.number)))) ??
    (await each(clarity.products(), (product) => valuesOfProduct(product, see(product.sku)))) ??
    (await each(clarity.customers(), (customer) => valuesOfCustomer(customer, see(customer.id))))
  await seen.found([...found.values()])
  return problem ?? { ok: true, value: { values: found.size } }
}

async function each<T>(
  pages: AsyncGenerator<Answer<{ records: T[] }>>,
  look: (record: T) => void,
): Promise<Extract<Answer<never>, { ok: false }> | undefined> {
  let read = 0
  for await (const page of pages) {
    if (!page.ok) return page
    page.value.records.forEach(look)
    read += page.value.records.length
    if (read >= MOST) return undefined
  }
  return undefined
}

type See = (table: string, key: string) => void

/** Every value once per order: a count is a count of orders. */
function valuesOfOrder(order: Order, see: See): void {
  const once = (table: string, keys: (string | null | undefined)[]) => {
    for (const key of new Set(keys)) if (key) see(table, key)
  }
  const { billingAddress, shippingAddress } = order
  const places = [billingAddress, shippingAddress]
  once(
    'payment_method',
    order.payments.map(({ method }) => method),
  )
  once(
    'provider_fee',
    order.payments.map(({ fee, method }) => (fee ? method : null)),
  )
  once(
    'carrier',
    order.shippingLines.map(({ method }) => method),
  )
  once(
    'tax',
    [...order.items, ...order.shippingLines, ...order.discounts].map(({ taxCode }) => taxCode),
  )
  once('currency', [order.currency])
  once('company', [order.storeId])
  once(
    'country',
    places.map(({ country }) => country),
  )
  once(
    'region',
    // A code needs no entry; what is written out may.
    places.map(({ country, region }) =>
      region && region.trim().length > 3 ? `${country}/${region.trim()}`.toLowerCase() : null,
    ),
  )
}

function valuesOfProduct({ categoryPath, uom, taxCode, currency }: Product, see: See): void {
  if (categoryPath.length > 0) see('category', categoryPath.join(' / '))
  see('unit', uom)
  if (taxCode) see('tax', taxCode)
  see('currency', currency)
}

function valuesOfCustomer({ priceList, type }: Customer, see: See): void {
  if (priceList) see('price_list', priceList)
  see('customer_tag', priceList ?? type)
}
