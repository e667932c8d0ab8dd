import type { Order } from '../../shared/entities.ts'
import { type Amount, amount, currencyDigits, ZERO } from '../../shared/money.ts'

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
  orders(since: string): AsyncIterable<Pick<Order, 'id' | 'number' | 'payments'>[]>
  /** Odoo's posted payments of these days after one, by id. */
  booked(days: {
    firstDay: string
    lastDay: string
    after: number
  }): Promise<{ payments: Booked[]; next: number | null }>
}

export interface Booked {
  id: number
  name: string
  /** `order id/payment id`; null for one that the bridge did not make. */
  ref: string | null
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
  const paid = await paidIn(parts, firstDay, lastDay)
  // A day on either side: Odoo books by its company's calendar, the storefront tells instants.
  const booked = await bookedIn(parts, dayAfter(firstDay, -1), dayAfter(lastDay, 1))
  const byRef = new Map(booked.flatMap((row) => (row.ref === null ? [] : [[row.ref, row] as const])))
  const matched = paid.map((one) => ({ one, row: byRef.get(one.ref) }))
  const taken = new Set(matched.flatMap(({ row }) => (row ? [row.id] : [])))
  const alone = booked.filter(({ id, date }) => !taken.has(id) && date >= firstDay && date <= lastDay)
  return {
    firstDay,
    lastDay,
    totals: totalsOf(matched, alone),
    unmatched: [...matched.flatMap(differing), ...alone.map(notInStorefront)],
  }
}

async function paidIn(parts: TakingsParts, firstDay: string, lastDay: string): Promise<Paid[]> {
  const paid: Paid[] = []
  // Whatever was paid in these days has changed its order since.
  for await (const orders of parts.orders(`${firstDay}T00:00:00Z`)) {
    for (const { id, number, payments } of orders) {
      for (const payment of payments) {
        const day = payment.at.slice(0, 10)
        if (payment.state !== 'captured' || day < firstDay || day > lastDay) continue
        paid.push({
          ref: `${id}/${payment.id}`,
          order: number,
          method: payment.method,
          day,
          currency: payment.currency,
          amount: amount(payment.amount),
        })
      }
    }
  }
  return paid
}

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

function totalsOf(matched: { one: Paid; row: Booked | undefined }[], alone: Booked[]): TakingsTotal[] {
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

function differing({ one, row }: { one: Paid; row: Booked | undefined }): Unmatched[] {
  const { order, ref, method, day, currency } = one
  const base = { order, payment: ref, method, journal: row?.journal ?? null, day, currency }
  const clarity = said(one.amount, currency)
  if (!row) return [{ ...base, clarity, odoo: null, why: 'not_in_odoo' }]
  if (row.currency === currency && amount(row.amount).eq(one.amount)) return []
  return [{ ...base, clarity, odoo: `${row.amount} ${row.currency}`, why: 'amounts_differ' }]
}

const notInStorefront = (row: Booked): Unmatched => ({
  order: row.ref?.split('/')[0] ?? null,
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
