import type { Order, ReturnRequest } from '../../shared/entities.ts'
import { type Amount, amount, currencyDigits, sum, ZERO } from '../../shared/money.ts'
import { paidBack } from './paid-back.ts'

/** Storefront takings by payment method against Odoo's journals, for an accountant who closes a month. */
export interface Takings {
  firstDay: string
  lastDay: string
  /** One per method, journal and currency. */
  totals: TakingsTotal[]
  /** Every payment that one side has and the other has not, or in another amount. */
  unmatched: Unmatched[]
}

export interface TakingsTotal {
  method: string | null
  journal: string | null
  currency: string
  clarity: string
  odoo: string
  difference: string
}

export interface Unmatched {
  /** The storefront's order number; null for a payment that was entered in Odoo. */
  order: string | null
  /** `order id/payment id`, or Odoo's name of the payment. */
  payment: string
  method: string | null
  journal: string | null
  day: string
  currency: string
  clarity: string | null
  odoo: string | null
  why: 'not_in_odoo' | 'not_in_storefront' | 'amounts_differ'
}

export interface TakingsParts {
  /** The storefront's orders that changed at or after an instant, in pages. */
  orders(since: string): AsyncIterable<Sold[]>
  /** The same of its returns. */
  returns(since: string): AsyncIterable<ReturnRequest[]>
  /** One of its orders. */
  order(id: string): Promise<Sold>
  /** Odoo's posted payments of these days after one, by id. */
  booked(days: {
    firstDay: string
    lastDay: string
    after: number
  }): Promise<{ payments: Booked[]; next: number | null }>
}

export type Sold = Pick<Order, 'id' | 'number' | 'payments' | 'currency'>

export interface Booked {
  id: number
  name: string
  /** `order id/payment id`; null for one that the bridge did not make. */
  ref: string | null
  /** Of money that went back: the storefront's order that it is for. */
  order: string | null
  /** Of money that went back: the storefront's payment that it pays back. */
  of: string | null
  journal: string
  date: string
  currency: string
  amount: string
}

interface Paid {
  ref: string
  order: string
  method: string
  day: string
  currency: string
  amount: Amount
}

/** @param firstDay and `lastDay`, both inclusive, UTC, e.g. `2026-01-01` */
export async function takings(parts: TakingsParts, firstDay: string, lastDay: string): Promise<Takings> {
  const within = (at: string) => at.slice(0, 10) >= firstDay && at.slice(0, 10) <= lastDay
  const sold = await soldIn(parts, firstDay)
  // A day on either side: Odoo books by its company's calendar, the storefront tells instants.
  const booked = await bookedIn(parts, dayAfter(firstDay, -1), dayAfter(lastDay, 1))
  const byRef = new Map(booked.flatMap((row) => (row.ref === null ? [] : [[row.ref, row] as const])))
  const came = [...sold.values()].flatMap((one) => paidOf(one, byRef, within))
  const went = await backOf(parts, sold, booked, firstDay, within)
  const matched = [...came.map((one) => ({ one, row: byRef.get(one.ref) })), ...went.matched]
  const taken = new Set([...matched.flatMap(({ row }) => (row ? [row.id] : [])), ...went.taken])
  const alone = booked.filter(({ id, date }) => !taken.has(id) && date >= firstDay && date <= lastDay)
  return {
    firstDay,
    lastDay,
    totals: totalsOf([...matched, ...went.differing], alone),
    unmatched: [...[...matched, ...went.differing].flatMap(differing), ...alone.map(notInStorefront)],
  }
}

/** Whatever was paid in these days has changed its order since. */
async function soldIn(parts: TakingsParts, firstDay: string): Promise<Map<string, Sold>> {
  const sold = new Map<string, Sold>()
  for await (const orders of parts.orders(`${firstDay}T00:00:00Z`)) {
    for (const { id, number, payments, currency } of orders) sold.set(id, { id, number, payments, currency })
  }
  return sold
}

/**
 * Of a payment that was paid back since, the storefront no longer says when it came in: it came when Odoo booked it. One that
 * Odoo never booked came and went within what was never told.
 */
function paidOf(order: Sold, byRef: ReadonlyMap<string, Booked>, within: (at: string) => boolean): Paid[] {
  return order.payments.flatMap(({ id, method, at, state, currency, amount: value }) => {
    const ref = `${order.id}/${id}`
    const day = state === 'refunded' ? byRef.get(ref)?.date : at.slice(0, 10)
    if ((state !== 'captured' && state !== 'refunded') || day === undefined || !within(day)) return []
    return { ref, order: order.number, method, day, currency, amount: amount(value) }
  })
}

interface Pair {
  one: Paid
  row: Booked | undefined
}

/** Money that went back, per order: its days are Odoo's where both sides agree on how much it was. */
async function backOf(
  parts: TakingsParts,
  sold: Map<string, Sold>,
  booked: readonly Booked[],
  firstDay: string,
  within: (at: string) => boolean,
): Promise<{ matched: Pair[]; differing: Pair[]; taken: number[] }> {
  const returns: ReturnRequest[] = []
  for await (const some of parts.returns(`${firstDay}T00:00:00Z`)) returns.push(...some)
  const byOrder = Map.groupBy(returns, ({ orderId }): string => orderId)
  const rows = Map.groupBy(
    booked.filter(({ order, ref }) => order !== null && ref === null),
    ({ order }) => order ?? '',
  )
  const found: Awaited<ReturnType<typeof backOf>> = { matched: [], differing: [], taken: [] }
  const refunded = [...sold.values()].filter(({ payments }) => payments.some(({ state }) => state === 'refunded'))
  for (const id of new Set([...rows.keys(), ...byOrder.keys(), ...refunded.map((one): string => one.id)])) {
    const order = sold.get(id) ?? (await parts.order(id))
    const back = paidBack(order, byOrder.get(id) ?? [], within)
    const own = rows.get(id) ?? []
    const went = own.length > 0 ? sum(own.map((row) => amount(row.amount))).neg() : ZERO
    found.taken.push(...own.map((row) => row.id))
    const methodOf = (payment: string | null) =>
      (order.payments.find((one) => one.id === payment) ?? order.payments[0])?.method ?? ''
    if (back.eq(went)) {
      for (const row of own.filter(({ date }) => within(date)))
        found.matched.push({ one: paid(order, methodOf(row.of), row.date, amount(row.amount)), row })
    } else {
      const [row] = own
      const day = row?.date ?? firstDay
      const all = row && { ...row, amount: went.neg().toFixed(currencyDigits(row.currency)) }
      found.differing.push({ one: paid(order, methodOf(row?.of ?? null), day, back.neg()), row: all })
    }
  }
  return found
}

const paid = (order: Sold, method: string, day: string, value: Amount): Paid => ({
  ref: `${order.id}/refund`,
  order: order.number,
  method,
  day,
  currency: order.currency,
  amount: value,
})

async function bookedIn(parts: TakingsParts, firstDay: string, lastDay: string): Promise<Booked[]> {
  const rows: Booked[] = []
  let after: number | null = 0
  while (after !== null) {
    const page: Awaited<ReturnType<TakingsParts['booked']>> = await parts.booked({ firstDay, lastDay, after })
    rows.push(...page.payments)
    after = page.next
  }
  return rows
}

function totalsOf(matched: Pair[], alone: Booked[]): TakingsTotal[] {
  const sums = new Map<
    string,
    { of: Pick<TakingsTotal, 'method' | 'journal' | 'currency'>; clarity: Amount; odoo: Amount }
  >()
  const add = (method: string | null, journal: string | null, currency: string, clarity: Amount, odoo: Amount) => {
    const key = JSON.stringify([method, journal, currency])
    const sum = sums.get(key) ?? { of: { method, journal, currency }, clarity: ZERO, odoo: ZERO }
    sums.set(key, { ...sum, clarity: sum.clarity.plus(clarity), odoo: sum.odoo.plus(odoo) })
  }
  for (const { one, row } of matched) {
    const sameCurrency = row?.currency === one.currency
    add(one.method, row?.journal ?? null, one.currency, one.amount, row && sameCurrency ? amount(row.amount) : ZERO)
    if (row && !sameCurrency) add(null, row.journal, row.currency, ZERO, amount(row.amount))
  }
  for (const row of alone) add(null, row.journal, row.currency, ZERO, amount(row.amount))
  return [...sums.values()]
    .map(({ of, clarity, odoo }) => ({
      ...of,
      clarity: said(clarity, of.currency),
      odoo: said(odoo, of.currency),
      difference: said(clarity.minus(odoo), of.currency),
    }))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

function differing({ one, row }: Pair): Unmatched[] {
  const { order, ref, method, day, currency } = one
  const base = { order, payment: ref, method, journal: row?.journal ?? null, day, currency }
  const clarity = said(one.amount, currency)
  if (!row) return [{ ...base, clarity, odoo: null, why: 'not_in_odoo' }]
  if (row.currency === currency && amount(row.amount).eq(one.amount)) return []
  return [{ ...base, clarity, odoo: `${row.amount} ${row.currency}`, why: 'amounts_differ' }]
}

const notInStorefront = (row: Booked): Unmatched => ({
  order: row.ref?.split('/')[0] ?? row.order,
  payment: row.name,
  method: null,
  journal: row.journal,
  day: row.date,
  currency: row.currency,
  clarity: null,
  odoo: row.amount,
  why: 'not_in_storefront',
})

const said = (value: Amount, currency: string): string => value.toFixed(currencyDigits(currency))
const sortKey = ({ currency, method, journal }: TakingsTotal): string =>
  `${currency} ${method ?? '~'} ${journal ?? '~'}`

function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}
