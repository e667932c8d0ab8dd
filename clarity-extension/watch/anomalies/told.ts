import type { Kysely } from 'kysely'
import type { AnomaliesTable, Tables } from '../../store/schema.ts'
import type { Condition } from '../alerts/rules.ts'
import type { RecordFinding } from './orders.ts'
import { isSeriesRule, type SeriesRule } from './rules.ts'

/** How long something that happened at one moment is told. Milliseconds. */
const LASTS = 60 * 60_000
const MOST = 500

/**
 * What people are told of as alerts: hours that are still out of the ordinary, orders that are held, and what happened within the
 * last hour; nothing that a person has judged. Of one rule about one thing there is one alert, however many records it holds.
 */
export async function anomalyConditions(db: Kysely<Tables>, now: number): Promise<Condition[]> {
  const rows = await db
    .selectFrom('anomalies')
    .leftJoin('events', 'events.id', 'anomalies.event_id')
    .selectAll('anomalies')
    .select('events.state as state')
    .where('verdict', 'is', null)
    .where((is) =>
      is.or([
        is('ended_at', 'is', null),
        is.and([is('action', '=', 'hold'), is('events.state', '=', 'held')]),
        is.and([is('action', '<>', 'hold'), is('began_at', '>', now - LASTS)]),
      ]),
    )
    .orderBy('anomalies.id', 'desc')
    .limit(MOST)
    .execute()
  const byKey = Map.groupBy(rows, ({ rule, about }) => `anomaly:${rule}:${about}`)
  return [...byKey].map(([key, all]) => conditionOf(key, all))
}

type Row = Omit<AnomaliesTable, 'id'> & { state: string | null }

function conditionOf(key: string, rows: readonly Row[]): Condition {
  const held = rows.filter(({ action, state }) => action === 'hold' && state === 'held')
  const [row] = held.length > 0 ? held : rows
  if (!row) throw new Error('a group has a row')
  const orders = [...new Set(held.flatMap(({ subject }) => subject ?? []))]
  const waits =
    orders.length === 0
      ? ''
      : orders.length === 1
        ? ` Order ${orders[0]} is held until a person approves or rejects it.`
        : ` ${orders.length} orders are held until a person approves or rejects them.`
  return {
    key,
    rule: 'anomaly',
    severity: 'warning',
    title: `Out of the ordinary: ${isSeriesRule(row.rule) ? seriesTitles[row.rule] : `${recordTitles[row.rule] ?? row.rule}, ${row.about}`}`,
    text: `${saidOf(row)}${waits}`,
    link: orders.length > 0 ? '/attention/review' : '/anomalies',
  }
}

function saidOf(row: Row): string {
  const { rule, about, seen, low, high, hours } = row
  if (!isSeriesRule(rule))
    return sentenceOf({ rule: rule === 'stockLevel' ? 'stock' : recordRuleOf(rule), about, seen, low, high })
  const what = hours > 1 ? `${seriesUnits[rule]}, for ${hours} hours` : seriesUnits[rule]
  return `${short(seen)} ${what}; usual is ${short(low)} to ${short(high)}.`
}

const recordRuleOf = (rule: string): RecordFinding['rule'] =>
  (['quantity', 'price', 'discount', 'duplicate', 'tax'] as const).find((one) => one === rule) ?? 'stock'

const seriesTitles: Record<SeriesRule, string> = {
  orders: 'orders per hour',
  value: 'order value per hour',
  refunds: 'returns per hour',
  stock: 'stock changes per hour',
  clarity: 'events of the storefront',
  odoo: 'events of Odoo',
  failures: 'failures per hour',
  latency: 'time of a delivery',
}
const seriesUnits: Record<SeriesRule, string> = {
  orders: 'orders in an hour',
  value: 'of order value in an hour',
  refunds: 'returns in an hour',
  stock: 'stock changes in an hour',
  clarity: 'events of the storefront in an hour',
  odoo: 'events of Odoo in an hour',
  failures: 'failures in an hour',
  latency: 'ms for a delivery',
}
const recordTitles: Record<string, string> = {
  quantity: 'quantity in an order',
  price: 'price in an order',
  discount: 'discount in an order',
  duplicate: 'the same order twice',
  tax: 'tax rate',
  stockLevel: 'stock',
}

/** Said to the person who looks at a held order, and to whoever is told. */
export function sentenceOf({ rule, about, seen, low, high }: Omit<RecordFinding, 'known'>): string {
  const range = `usual is ${short(low)} to ${short(high)}`
  switch (rule) {
    case 'quantity':
      return `${short(seen)} pieces of ${about} in one order; ${range}.`
    case 'price':
      return `${about} is sold for ${short(seen)}; ${range}.`
    case 'discount':
      return `${short(seen)} % off ${about}; usual is up to ${short(high)} %.`
    case 'duplicate':
      return `The same person ordered the same goods ${short(seen)} minutes before, as order ${about}.`
    case 'tax':
      return `A tax of ${short(seen)} % for ${about}, where ${short(low)} to ${short(high)} % is charged.`
    case 'stock':
      return `The stock of ${about} became ${short(seen)}; ${range}.`
  }
}

export const short = (value: number): string => String(Number(value.toPrecision(4)))
