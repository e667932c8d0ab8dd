import { type Kysely, sql } from 'kysely'
import type { LedgerFact } from '../../ledger/types.ts'
import type { Tables } from '../../store/schema.ts'
import type { SeriesRule } from './rules.ts'
import { WEEK } from './season.ts'

export const HOUR = 3_600_000
/** As long as a season needs, and a little more for the chart. */
const KEPT_HOURS = 12 * WEEK
const BATCH = 1_000
/** Younger events may still be in a transaction of another process. */
const SETTLED_MS = 60_000

/** Counts of the ledger, hour by hour. */
export interface Readings {
  /** What the ledger tells after each attempt: how long it took. */
  observe(fact: LedgerFact): void
  /** Counts what came since the last time. @returns how many events were counted */
  collect(): Promise<number>
  /** Adds the durations that this process measured. */
  flush(): Promise<void>
  /** The last hours up to (not with) the current one, oldest first; undefined where the series had not begun. */
  series(rule: SeriesRule, hours?: number): Promise<{ from: number; values: (number | undefined)[] }>
}

export function createReadings(db: Kysely<Tables>, now: () => number): Readings {
  const durations = new Map<number, { count: number; logs: number }>()

  return {
    flush: flushDurations,

    observe(fact) {
      if (fact.fact !== 'settled' || fact.to !== 'done') return
      const hour = Math.floor(now() / HOUR)
      const own = durations.get(hour) ?? { count: 0, logs: 0 }
      durations.set(hour, { count: own.count + 1, logs: own.logs + Math.log(Math.max(1, fact.durationMs)) })
    },

    async collect() {
      let counted = 0
      for (;;) {
        const cursor = await positionOf(db)
        const events = await db
          .selectFrom('events')
          .select(['id', 'source', 'type', 'received_at', 'amount'])
          .where('id', '>', cursor)
          .where('received_at', '<', now() - SETTLED_MS)
          .orderBy('id')
          .limit(BATCH)
          .execute()
        const last = events.at(-1)
        if (!last) break
        await store(tally(events), last.id)
        counted += events.length
        if (events.length < BATCH) break
      }
      await flushDurations()
      await db
        .deleteFrom('readings')
        .where('hour', '<', Math.floor(now() / HOUR) - KEPT_HOURS)
        .execute()
      return counted
    },

    async series(rule, hours = KEPT_HOURS) {
      const end = Math.floor(now() / HOUR)
      if (rule === 'failures') return { from: end - hours, values: await failures(end - hours, end) }
      if (rule === 'latency') return { from: end - hours, values: await latency(end - hours, end) }
      const begun = await firstHour()
      return { from: end - hours, values: listOf(await rows(rule, end - hours, end), end - hours, end, begun, 0) }
    },
  }

  /** The counts and the place they were counted up to, in one transaction: nothing is counted twice. */
  async function store(
    counts: Map<string, { series: string; hour: number; value: number }>,
    position: number,
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto('readings')
        .values([...counts.values()])
        .onConflict((conflict) =>
          conflict.columns(['series', 'hour']).doUpdateSet({ value: sql`readings.value + excluded.value` }),
        )
        .execute()
      await trx
        .insertInto('memories')
        .values({ key: 'cursor', value: String(position), updated_at: now() })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: String(position), updated_at: now() }))
        .execute()
    })
  }

  async function flushDurations(): Promise<void> {
    const values = [...durations].flatMap(([hour, { count, logs }]) => [
      { series: 'latency.count', hour, value: count },
      { series: 'latency.logs', hour, value: logs },
    ])
    durations.clear()
    if (values.length === 0) return
    await db
      .insertInto('readings')
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(['series', 'hour']).doUpdateSet({ value: sql`readings.value + excluded.value` }),
      )
      .execute()
  }

  async function rows(series: string, from: number, to: number): Promise<Map<number, number>> {
    const found = await db
      .selectFrom('readings')
      .select(['hour', 'value'])
      .where('series', '=', series)
      .where('hour', '>=', from)
      .where('hour', '<', to)
      .execute()
    return new Map(found.map(({ hour, value }) => [Number(hour), value]))
  }

  async function failures(from: number, to: number): Promise<(number | undefined)[]> {
    const minutes = await db
      .selectFrom('throughput')
      .select(['minute', 'failed'])
      .where('minute', '>=', from * HOUR)
      .where('minute', '<', to * HOUR)
      .where('failed', '>', 0)
      .execute()
    const byHour = new Map<number, number>()
    for (const { minute, failed } of minutes) {
      const hour = Math.floor(Number(minute) / HOUR)
      byHour.set(hour, (byHour.get(hour) ?? 0) + failed)
    }
    return listOf(byHour, from, to, await firstHour(), 0)
  }

  async function latency(from: number, to: number): Promise<(number | undefined)[]> {
    const [counts, logs] = [await rows('latency.count', from, to), await rows('latency.logs', from, to)]
    const means = new Map([...counts].map(([hour, count]) => [hour, Math.exp((logs.get(hour) ?? 0) / count)] as const))
    return listOf(means, from, to, await firstHour(), undefined)
  }

  async function firstHour(): Promise<number> {
    const row = await db
      .selectFrom('readings')
      .select((eb) => eb.fn.min('hour').as('hour'))
      .executeTakeFirst()
    return row?.hour === null || row?.hour === undefined ? Number.POSITIVE_INFINITY : Number(row.hour)
  }
}

/** An hour in which nothing came is zero, once the series has begun. */
function listOf(
  found: Map<number, number>,
  from: number,
  to: number,
  begun: number,
  none: number | undefined,
): (number | undefined)[] {
  return Array.from({ length: to - from }, (_, at) => found.get(from + at) ?? (from + at >= begun ? none : undefined))
}

export async function positionOf(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('memories').select('value').where('key', '=', 'cursor').executeTakeFirst()
  return Number(row?.value ?? 0)
}

interface Counted {
  source: string
  type: string
  received_at: number
  /** Ten-thousandths of the order's currency. */
  amount: number | null
}

function tally(events: readonly Counted[]): Map<string, { series: string; hour: number; value: number }> {
  const counts = new Map<string, { series: string; hour: number; value: number }>()
  const add = (series: SeriesRule, hour: number, value: number) => {
    const key = `${series} ${hour}`
    const own = counts.get(key) ?? { series, hour, value: 0 }
    counts.set(key, { ...own, value: own.value + value })
  }
  for (const { source, type, received_at, amount } of events) {
    const hour = Math.floor(Number(received_at) / HOUR)
    if (source === 'clarity' || source === 'odoo') add(source, hour, 1)
    if (type === 'order.created') {
      add('orders', hour, 1)
      // A figure to watch, not to book: a float will do.
      add('value', hour, Number(amount ?? 0) / 10_000)
    }
    if (type === 'return.created') add('refunds', hour, 1)
    if (type === 'stock.changed') add('stock', hour, 1)
  }
  // So that the store knows when counting began, even where only the bridge's own work came.
  if (counts.size === 0 && events[0]) add('odoo', Math.floor(Number(events[0].received_at) / HOUR), 0)
  return counts
}
