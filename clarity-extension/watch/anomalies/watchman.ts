import type { Logger } from 'pino'
import { recordChange } from '../../audit/record.ts'
import type { Store } from '../../store/store.ts'
import { createMemory } from './memory.ts'
import { orderWatch } from './order-watch.ts'
import { createReadings, HOUR } from './readings.ts'
import { createWatchRules, isWatchRule, seriesRules } from './rules.ts'
import { LEARN_WEEKS, WEEK } from './season.ts'
import { type JudgedHour, judgeSeries } from './series.ts'
import { seriesWatch } from './series-watch.ts'
import { stockWatch } from './stock-watch.ts'
import type { Anomaly, Chart, NewAnomaly, Watchman } from './types.ts'

export interface WatchmanOptions {
  store: Pick<Store, 'db' | 'dialect'>
  /** What the store holds of a payload, as it came. */
  open(stored: Uint8Array): Uint8Array
  log: Pick<Logger, 'warn'>
  /** Told of each anomaly once, when it begins. */
  notify: (anomaly: Anomaly) => void
  now?: () => number
}

const PAGE = 50

export function createWatchman({ store, open, log, notify, now = Date.now }: WatchmanOptions): Watchman {
  const { db } = store
  const rules = createWatchRules(store, now)
  const readings = createReadings(db, now)
  const memory = createMemory(store, now)
  const inspect = orderWatch({ store, open, rules, memory, insert, now })
  const judgeHours = seriesWatch({ db, rules, readings, insert, now })
  const judgeStocks = stockWatch({ db, rules, memory, insert, now })

  return {
    observe: readings.observe,
    rules: rules.all,
    changeRule: rules.change,

    async inspect(order, event) {
      try {
        return await inspect(order, event)
      } catch (error) {
        // Watching must never keep an order from being written.
        log.warn({ err: error, event: event.id }, 'an order could not be inspected')
        return undefined
      }
    },

    async flush() {
      await readings.flush()
      await memory.flush()
    },

    async run() {
      const counted = await readings.collect()
      const odd = await judgeHours()
      const stocks = await judgeStocks()
      await memory.flush()
      return `counted ${counted} events, ${odd + stocks} new anomalies`
    },

    async list({ cursor, open }) {
      const rows = await db
        .selectFrom('anomalies')
        .selectAll()
        .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? 0))
        .$if(open === true, (query) => query.where('verdict', 'is', null))
        .orderBy('id', 'desc')
        .limit(PAGE + 1)
        .execute()
      const { values } = await readings.series('orders')
      const lived = values.filter((value) => value !== undefined).length
      return {
        rows: rows.slice(0, PAGE),
        next: rows.length > PAGE ? (rows[PAGE - 1]?.id ?? null) : null,
        learningHours: Math.max(0, LEARN_WEEKS * WEEK - lived),
      }
    },

    async decide(id, verdict, by) {
      const before = await db.selectFrom('anomalies').selectAll().where('id', '=', id).executeTakeFirst()
      if (!before) return undefined
      if (before.verdict === verdict) return before
      await db.transaction().execute(async (trx) => {
        await trx
          .updateTable('anomalies')
          .set({ verdict, decided_by: by, decided_at: now() })
          .where('id', '=', id)
          .execute()
        if (isWatchRule(before.rule)) await rules.tune(trx, before.rule, verdict)
        await recordChange(
          trx,
          store.dialect,
          { who: by, action: 'anomaly.decide', entity: `anomaly:${id}`, before: before.verdict, after: verdict },
          now(),
        )
      })
      return { ...before, verdict, decided_by: by, decided_at: now() }
    },

    async chart(series, hours) {
      const { from, values } = await readings.series(series)
      const { tolerance } = await rules.of(series)
      const judged = judgeSeries({ kind: seriesRules[series], tolerance }, values)
      const first = Math.max(0, values.length - hours)
      return {
        series,
        from: (from + first) * HOUR,
        hours: values.slice(first).map((value, at) => hourOf(value, judged[first + at])),
      }
    },
  }

  async function insert(row: NewAnomaly): Promise<void> {
    const { id } = await db.insertInto('anomalies').values(row).returning('id').executeTakeFirstOrThrow()
    notify({ ...row, id: Number(id) })
  }
}

const hourOf = (value: number | undefined, judged: JudgedHour | undefined): Chart['hours'][number] => ({
  value: value ?? null,
  expected: judged?.expected ?? null,
  low: judged?.low ?? null,
  high: judged?.high ?? null,
  odd: judged?.alarm !== undefined,
})
