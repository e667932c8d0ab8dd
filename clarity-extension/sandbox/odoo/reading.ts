import { z } from 'zod'
import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { amount, currencyDigits } from '../../../shared/money.ts'
import type { requests } from './requests.ts'
import { returnStates } from './returns.ts'
import { one } from './rows.ts'
import { heldOrders, orderState, pickingStates, stockStates } from './state.ts'
import type { World } from './world.ts'

type Schemas = components['schemas']
type Kind = Extract<Schemas['ChangeKind'], 'order' | 'picking' | 'stock' | 'return'>
type Told = { subject: number; body: (timestamp: string) => Schemas['Envelope'] }

const MODELS: Record<Kind, string> = {
  order: 'sale.order',
  picking: 'stock.picking',
  stock: 'stock.quant',
  return: 'clarity.return',
}
/** It makes no invoices, and tells of master data as an Odoo where nobody has switched that on: not at all. */
const isTold = (kind: Schemas['ChangeKind']): kind is Kind => kind in MODELS

/** What changed at or after an instant, oldest first, each as the event that a webhook would carry. */
export function changes(world: World, { store, kind, since, after, limit }: z.infer<typeof requests.changes>) {
  if (!isTold(kind)) return { as_of: new Date(world.now()).toISOString(), changes: [], next: null }
  const rows = world.records.changed(MODELS[kind], Date.parse(since), after, limit)
  const told = rows.flatMap(({ id, written }) => {
    const event = tellOf[kind](world, store, id)
    return event ? [{ id, version: exact(written), written, ...event }] : []
  })
  const last = new Map(told.map(({ subject, id }) => [subject, id]))
  const end = rows.length === limit ? rows.at(-1) : undefined
  return {
    as_of: new Date(world.now()).toISOString(),
    changes: told
      .filter(({ subject, id }) => last.get(subject) === id)
      .map(({ id, version, written, body }) => ({ id, version, body: body(new Date(written).toISOString()) })),
    next: end ? { since: exact(end.written), after: end.id } : null,
  }
}

/** The current values of everything that the storefront may know of, by id. */
export function readPage(
  world: World,
  { store, kind, after, limit, pending_orders }: z.infer<typeof requests.read_page>,
) {
  const as_of = new Date(world.now()).toISOString()
  if (kind === 'invoice') return { as_of, invoices: [], next: null }
  if (kind === 'credit') return { as_of, credits: [], next: null }
  const ids = world.records.idsAfter(kind === 'stock' ? 'product.product' : MODELS[kind], after, limit)
  const next = ids.length === limit ? (ids.at(-1) ?? null) : null
  if (kind === 'order') {
    const orders = ids.flatMap((id) => {
      const link = linkOf(world, store, id)
      return link ? [orderState(world, store, link.ref, id)] : []
    })
    return { as_of, orders, next }
  }
  if (kind === 'picking')
    return {
      as_of,
      pickings: pickingStates(world, ids.map(String)).filter(
        ({ state, order }) => state === 'done' && linkOf(world, store, order.id),
      ),
      next,
    }
  if (kind === 'return') {
    const refs = ids.flatMap((id) => linkOf(world, store, id, 'clarity.return')?.ref ?? [])
    return { as_of, returns: returnStates(world, store, refs), next }
  }
  const skus = ids.flatMap((id) => {
    const { default_code, is_storable } = one(world.records, 'product.product', id)
    return default_code && is_storable ? [default_code] : []
  })
  return { as_of, stock: stockStates(world, skus), held: heldOrders(world, store, pending_orders), next }
}

/** Posted payments of some days in the journals that take the storefront's payments. */
export function takings(world: World, { store, first_day, last_day, after, limit }: z.infer<typeof requests.takings>) {
  const { records, links } = world
  const rows = records
    .find('account.payment', {}, { archived: true })
    .map((row) => paymentShape.parse(row))
    .map((row) => ({ ...row, link: links.of('account.payment', row.id) }))
  const journals = new Set(rows.filter(({ link }) => link?.store === store).map(({ journal_id }) => journal_id))
  const found = rows
    .filter(({ id, journal_id, state, date }) => {
      const posted = state === 'paid' && journals.has(journal_id)
      return posted && id > after && date >= first_day && date <= last_day
    })
    .slice(0, limit)
  return {
    payments: found.map(
      ({
        id,
        name,
        journal_id,
        date,
        amount: value,
        payment_type,
        currency_id,
        memo,
        link,
        clarity_order_id: sold,
      }) => {
        const journal = journalShape.parse(records.get('account.journal', journal_id))
        const signed = payment_type === 'inbound' ? amount(value) : amount(value).neg()
        const currency = currencyOf(records, currency_id)
        return {
          id,
          name: name ?? '',
          ref: link?.store === store ? link.ref : null,
          order: (sold && linkOf(world, store, sold)?.ref) ?? null,
          of: null,
          journal: journal.code,
          journal_name: journal.name,
          date,
          currency,
          amount: signed.toFixed(currencyDigits(currency)),
          memo,
        }
      },
    ),
    next: found.length === limit ? (found.at(-1)?.id ?? null) : null,
  }
}

const label = z
  .string()
  .nullish()
  .transform((text) => text ?? null)
const paymentShape = z.object({
  id: z.int(),
  name: label,
  state: z.string(),
  journal_id: z.int(),
  date: z.string(),
  amount: z.string(),
  payment_type: z.string().default('inbound'),
  currency_id: z.int().nullish(),
  clarity_order_id: z.int().nullish(),
  memo: label,
})
const journalShape = z.object({ code: z.string(), name: z.string() })

/** A payment without one is in the company's. */
function currencyOf(records: World['records'], id: number | null | undefined): string {
  const [company] = records.find('res.company', {})
  return one(records, 'res.currency', id ?? z.int().parse(company?.currency_id)).name
}

const tellOf: Record<Kind, (world: World, store: string, id: number) => Told | undefined> = {
  order(world, store, id) {
    const link = linkOf(world, store, id)
    const data = link && { order: { id, ref: link.ref }, traceparent: link.traceparent }
    return data && { subject: id, body: (timestamp) => ({ type: 'sale_order.changed', timestamp, data }) }
  },
  picking(world, store, id) {
    const { state, sale_id } = one(world.records, 'stock.picking', id)
    const link = linkOf(world, store, sale_id)
    if (!link || state !== 'done') return undefined
    const data = { picking_id: id, order: { id: sale_id, ref: link.ref }, traceparent: link.traceparent }
    return { subject: id, body: (timestamp) => ({ type: 'picking.done', timestamp, data }) }
  },
  return(world, store, id) {
    const link = linkOf(world, store, id, 'clarity.return')
    const data = link && { return: { id, ref: link.ref }, traceparent: link.traceparent }
    return data && { subject: id, body: (timestamp) => ({ type: 'return.changed', timestamp, data }) }
  },
  stock(world, _store, id) {
    const { product_id } = one(world.records, 'stock.quant', id)
    const { default_code: sku } = one(world.records, 'product.product', product_id)
    if (sku === null) return undefined
    return {
      subject: product_id,
      body: (timestamp) => ({ type: 'stock.changed', timestamp, data: { product_id, sku } }),
    }
  },
}

function linkOf(world: World, store: string, id: number, model = 'sale.order') {
  const link = world.links.of(model, id)
  return link?.store === store ? link : undefined
}

/** As the addon writes a position: to the microsecond. */
const exact = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')
