import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { z } from 'zod'
import { type Order, order as orderShape } from '../../../shared/entities.ts'
import { jsonOf } from '../../../shared/json.ts'
import { type Outcome, review } from '../../../shared/outcome.ts'
import { recordChange } from '../../audit/record.ts'
import type { LedgerFact } from '../../ledger/types.ts'
import { worthOf } from '../../ledger/worth.ts'
import type { AnomaliesTable } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import { createMemory } from './memory.ts'
import {
  judgeOrder,
  judgeStock,
  learnStock,
  type OrderHistory,
  type RecordFinding,
  recentOf,
  type SeenOrder,
  TWICE_WITHIN,
} from './orders.ts'
import { createReadings, HOUR } from './readings.ts'
import {
  type Action,
  createWatchRules,
  isWatchRule,
  mayHold,
  type RuleSetting,
  type SeriesRule,
  seriesNames,
  seriesRules,
  type WatchRule,
} from './rules.ts'
import { LEARN_WEEKS, WEEK } from './season.ts'
import { type Alarm, hasLearnt, type JudgedHour, judgeSeries } from './series.ts'
import { sentenceOf, short } from './told.ts'

export type Anomaly = Omit<AnomaliesTable, 'id'> & { id: number }

export interface AnomalyPage {
  rows: Anomaly[]
  next: number | null
  /** Hours that must pass before series are judged; 0 when they are. */
  learningHours: number
}

export interface Chart {
  series: SeriesRule
  /** Unix ms of the first hour. */
  from: number
  hours: { value: number | null; expected: number | null; low: number | null; high: number | null; odd: boolean }[]
}

/** Watches what goes through the bridge and says what is out of the ordinary. It changes nothing by itself. */
export interface Watchman {
  observe(fact: LedgerFact): void
  /**
   * Before an order is written for the first time: what is odd about it, and whether a person looks first. Learns from every order
   * once, when it is let through.
   */
  inspect(order: Order, event: InspectedEvent): Promise<Outcome | undefined>
  /** Stores what was learnt and measured. Every replica does it for itself. */
  flush(): Promise<void>
  /** Counts, judges and remembers. @returns what it did, in words */
  run(): Promise<string>
  list(query: { cursor?: number; open?: boolean }): Promise<AnomalyPage>
  /** @returns undefined when there is none of this id */
  decide(id: number, verdict: 'useful' | 'normal', by: string): Promise<Anomaly | undefined>
  chart(series: SeriesRule, hours: number): Promise<Chart>
  rules(): Promise<RuleSetting[]>
  changeRule(rule: WatchRule, action: Action, by: string): Promise<RuleSetting>
}

export interface InspectedEvent {
  id: number
  /** Causes that a person approved for it. */
  approvals: readonly string[]
  /** What the order is called. */
  subject: string
}

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
/** Ordinary hours after which something that lasted is over. */
const CALM_HOURS = 3
/** An order that was placed longer ago is history: learnt from, and nobody is told of it. */
const OLD_MS = 7 * 24 * HOUR
const MOST_TWINS = 20
const REMEMBERED = 20_000

export function createWatchman({ store, open, log, notify, now = Date.now }: WatchmanOptions): Watchman {
  const { db } = store
  const rules = createWatchRules(store, now)
  const readings = createReadings(db, now)
  const memory = createMemory(store, now)
  const passed = new Recent()
  let judgedUpTo = -1

  return {
    observe: readings.observe,
    rules: rules.all,
    changeRule: rules.change,

    async inspect(order, event) {
      try {
        return await inspectOrder(order, event)
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
      const odd = await judgeAll()
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

  async function inspectOrder(given: Order, event: InspectedEvent): Promise<Outcome | undefined> {
    const order = seenOrder(given)
    const skus = order.lines.map(({ sku }) => sku)
    // Tried again after it was let through: it was learnt then.
    const content = contentOf(order)
    if (passed.has(content)) return undefined
    const settings = new Map((await rules.all()).map((setting) => [setting.rule, setting]))
    const twins = await elsewhere(order, given, event)
    const history = await memory.orders(skus)
    const nameOf = ({ rule }: Pick<RecordFinding, 'rule'>): WatchRule => (rule === 'stock' ? 'stockLevel' : rule)
    const limits = { tolerance: (rule: RecordFinding['rule']) => settings.get(nameOf({ rule }))?.tolerance ?? 1 }
    const young = order.at > now() - OLD_MS
    const found = young
      ? judgeOrder(order, { ...history, recent: [...history.recent, ...twins] }, limits).filter(
          (one) => settings.get(nameOf(one))?.action !== 'off',
        )
      : []
    const holds = (one: RecordFinding) => settings.get(nameOf(one))?.action === 'hold' && mayHold(nameOf(one))
    const held = event.approvals.includes('anomaly') ? undefined : found.find(holds)
    if (!held) {
      memory.learn(order)
      passed.add(content)
    }
    // Told when it was seen first.
    if (found.length > 0 && !(await wasSeen(event.id))) {
      for (const one of found) await insert(recordOf(one, nameOf(one), holds(one) ? 'hold' : 'notify', event))
    }
    return held && review('anomaly', sentenceOf(held), factsOf(held))
  }

  /** Orders of the last minutes that other replicas may have inspected: as far as the same amount makes them comparable. */
  async function elsewhere({ id }: SeenOrder, order: Order, event: InspectedEvent): Promise<OrderHistory['recent']> {
    const worth = store.dialect === 'postgres' ? worthOf('order.created', order) : undefined
    if (!worth) return []
    const rows = await db
      .selectFrom('events')
      .select('payload')
      .where('type', '=', 'order.created')
      .where('amount', '=', worth.units)
      .where('currency', '=', worth.currency)
      .where('id', '<', event.id)
      .where('lane', '<>', `order:${id}`)
      .where('received_at', '>', now() - 2 * TWICE_WITHIN)
      .orderBy('id', 'desc')
      .limit(MOST_TWINS)
      .execute()
    return rows.flatMap(({ payload }) => {
      // What is no JSON its own flow says, in its own words.
      const parsed = envelope.safeParse(jsonOf(Buffer.from(open(payload)).toString('utf8')))
      return parsed.success ? [recentOf(seenOrder(parsed.data.data))] : []
    })
  }

  async function wasSeen(eventId: number): Promise<boolean> {
    const row = await db
      .selectFrom('anomalies')
      .select('id')
      .where('event_id', '=', eventId)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  async function insert(row: Omit<Anomaly, 'id'>): Promise<void> {
    const { id } = await db.insertInto('anomalies').values(row).returning('id').executeTakeFirstOrThrow()
    notify({ ...row, id: Number(id) })
  }

  function recordOf(
    one: RecordFinding,
    rule: WatchRule,
    action: 'notify' | 'hold',
    event?: InspectedEvent,
  ): Omit<Anomaly, 'id'> {
    return {
      rule,
      about: one.about,
      event_id: event?.id ?? null,
      subject: event?.subject ?? null,
      direction: one.seen < one.low ? 'low' : 'high',
      began_at: now(),
      last_at: now(),
      ended_at: now(),
      seen: one.seen,
      low: one.low,
      high: one.high,
      expected: null,
      hours: 0,
      action,
      verdict: null,
      decided_by: null,
      decided_at: null,
    }
  }

  /** Once per hour: an hour is judged when it is over. */
  async function judgeAll(): Promise<number> {
    const hour = Math.floor(now() / HOUR)
    if (hour === judgedUpTo) return 0
    judgedUpTo = hour
    let fresh = 0
    for (const series of seriesNames) {
      const { action, tolerance } = await rules.of(series)
      if (action === 'off') continue
      const { from, values } = await readings.series(series)
      if (!hasLearnt(values.filter((value) => value !== undefined))) continue
      const judged = judgeSeries({ kind: seriesRules[series], tolerance }, values)
      fresh += await follow(series, from, judged)
    }
    return fresh
  }

  /** Begins, goes on with or ends what is open of a series. */
  async function follow(series: SeriesRule, from: number, judged: readonly JudgedHour[]): Promise<number> {
    const recent = judged
      .slice(-CALM_HOURS)
      .map((hour, at) => ({ ...hour, hour: from + judged.length - Math.min(CALM_HOURS, judged.length) + at }))
    const open = await db
      .selectFrom('anomalies')
      .selectAll()
      .where('rule', '=', series)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    const last = recent.filter(({ alarm }) => alarm).at(-1)
    if (open) {
      const change = last?.alarm
        ? { last_at: (last.hour + 1) * HOUR, ...figuresOf(worse(open, last.alarm)) }
        : { ended_at: now() }
      await db.updateTable('anomalies').set(change).where('id', '=', open.id).execute()
      return 0
    }
    const current = recent.at(-1)
    if (!current?.alarm) return 0
    const { alarm, hour } = current
    await insert({
      rule: series,
      about: series,
      event_id: null,
      subject: null,
      direction: alarm.direction,
      began_at: (hour + 1 - alarm.hours) * HOUR,
      last_at: (hour + 1) * HOUR,
      ended_at: null,
      ...figuresOf(alarm),
      action: 'notify',
      verdict: null,
      decided_by: null,
      decided_at: null,
    })
    return 1
  }

  async function judgeStocks(): Promise<number> {
    memory.freshStocks()
    const { action, tolerance } = await rules.of('stockLevel')
    const all = await memory.stocks()
    const rows = await db
      .selectFrom('published_stock')
      .select(['sku', 'quantity', 'as_of'])
      .where('as_of', '>', all.seenAt)
      .orderBy('as_of')
      .limit(5_000)
      .execute()
    let fresh = 0
    for (const { sku, quantity, as_of } of rows) {
      const [level, at] = [Number(quantity), Number(as_of)]
      const own = await memory.stock(sku)
      const [odd] = judgeStock(sku, level, own, all, at, tolerance)
      learnStock(level, own, all, at, odd !== undefined)
      all.seenAt = at
      memory.touchedStock(sku)
      if (!odd || action === 'off') continue
      await insert(recordOf(odd, 'stockLevel', 'notify'))
      fresh++
    }
    return fresh
  }
}

const hourOf = (value: number | undefined, judged: JudgedHour | undefined): Chart['hours'][number] => ({
  value: value ?? null,
  expected: judged?.expected ?? null,
  low: judged?.low ?? null,
  high: judged?.high ?? null,
  odd: judged?.alarm !== undefined,
})

const figuresOf = ({
  seen,
  expected,
  low,
  high,
  hours,
}: Pick<Alarm, 'seen' | 'expected' | 'low' | 'high' | 'hours'>) => ({ seen, expected, low, high, hours })

/** The figures of the hour that was furthest out stand for all of it. */
function worse(open: Anomaly, alarm: Alarm): Pick<Alarm, 'seen' | 'expected' | 'low' | 'high' | 'hours'> {
  const was = {
    seen: open.seen,
    expected: open.expected ?? alarm.expected,
    low: open.low,
    high: open.high,
    hours: open.hours,
  }
  const out = ({ seen, expected }: { seen: number; expected: number }) =>
    Math.abs(Math.log((seen + 1) / (expected + 1)))
  return out(alarm) > out(was) ? alarm : was
}

/** What of an order is judged. */
export function seenOrder({ id, placedAt, customerId, contact, shippingAddress, items }: Order): SeenOrder {
  const who = customerId ?? contact?.email?.trim().toLowerCase()
  return {
    id,
    at: Date.parse(placedAt),
    // Somebody unknown is nobody twice.
    person: who === undefined ? id : createHash('sha256').update(who).digest('hex').slice(0, 16),
    country: shippingAddress.country,
    lines: items.map(({ sku, quantity, unitPrice, discount, discountPercent, taxRate }) => ({
      sku,
      quantity: Number(quantity),
      unitPrice: Number(unitPrice),
      discountPercent: discountPercent
        ? Number(discountPercent)
        : percentOf(Number(discount), Number(unitPrice) * Number(quantity)),
      taxRate: Number(taxRate),
    })),
  }
}

/** An order that was changed since is looked at anew. */
const contentOf = ({ id, lines }: SeenOrder): string =>
  createHash('sha256')
    .update(JSON.stringify([id, lines]))
    .digest('base64')
    .slice(0, 16)

const envelope = z.object({ data: orderShape })

/** The newest of what was added. */
class Recent {
  readonly #ids = new Set<string>()
  has(id: string): boolean {
    return this.#ids.has(id)
  }
  add(id: string): void {
    this.#ids.add(id)
    const [oldest] = this.#ids
    if (this.#ids.size > REMEMBERED && oldest !== undefined) this.#ids.delete(oldest)
  }
}

const percentOf = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0)

const factsOf = ({ rule, about, seen, low, high, known }: RecordFinding) => ({
  rule,
  about,
  seen: Number(short(seen)),
  usual_from: Number(short(low)),
  usual_to: Number(short(high)),
  known,
})
