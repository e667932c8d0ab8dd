import type { Logger } from 'pino'
import type { z } from 'zod'
import { recordChange } from '../../audit/record.ts'
import type { LedgerFact } from '../../ledger/types.ts'
import type { Seal } from '../../privacy/seal.ts'
import type { AlertsTable, EventState } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import { type Channel, type Notice, send } from './channels.ts'
import { type AlertRule, type Condition, conditionsOf, type Signals } from './rules.ts'
import { type AlertSettings, type alertSettings, alertSettingsStore } from './settings.ts'

export type Alert = Omit<AlertsTable, 'id'> & { id: number }

export interface Alerts {
  /** Looks at everything now, raises what is new and clears what is mended. */
  look(): Promise<void>
  /** A fact of the ledger: what newly is in trouble is told within a second. */
  observe(fact: LedgerFact): void
  /** Looks in a moment, once for all that happens until then. */
  soon(): void
  /** Something that was seen at one moment; it lasts for an hour. */
  notice(rule: 'drift' | 'subscription', title: string, text: string, link?: string): void
  /** What was noticed is over. */
  overcome(rule: 'drift' | 'subscription', title: string): void
  active(): Promise<Alert[]>
  /** The newest that are over. */
  recent(): Promise<Alert[]>
  settings(): Promise<AlertSettings>
  change(settings: z.infer<typeof alertSettings>, by: string): Promise<AlertSettings>
  /** Sends a test. @returns what went wrong, or undefined */
  test(to: Channel): Promise<string | undefined>
  /** Nobody is told of it until then. @returns false when it is over */
  silence(id: number, until: number, by: string): Promise<boolean>
  start(): void
  stop(): Promise<void>
}

export interface AlertOptions {
  store: Store
  seal: Seal
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  signals(noticed: Condition[]): Promise<Signals>
  /** Where the panel is reached, for links. */
  panelUrl: string
  allowPrivate: boolean
  now?: () => number
  everyMs?: number
  soonMs?: number
  mendedMs?: number
  deliver?: typeof send
}

const NOTICE_LASTS = 60 * 60_000
/** A refused connection and its probe settle a moment later, and what comes in a burst is one message. */
const SOON_MS = 500
/** While something is in trouble, what goes well may have ended it. */
const MENDED_MS = 3_000
/** Where what waits for a person is told: by cause. */
const TOLD_AS: Partial<Record<EventState, AlertRule>> = { dead: 'dead_letters', held: 'reviews' }
const RECENT = 50

/**
 * One trouble is one alert: told when it begins and when it is over, with everything that began at the same look in one message.
 * Replicas may look at the same time: the row that is inserted first tells.
 */
export function createAlerts(options: AlertOptions): Alerts {
  const { store, seal, log, now = Date.now, everyMs = 15_000, deliver = send } = options
  const { soonMs = SOON_MS, mendedMs = MENDED_MS } = options
  const { db, dialect } = store
  const kept = alertSettingsStore(store, seal, now)
  const noticed = new Map<string, Condition & { until: number }>()
  /** Keys of what was wrong at the last look. */
  let lasting: ReadonlySet<string> = new Set()
  /** Keys that were looked for out of turn since the last round: one look each, below a threshold too. */
  const asked = new Set<string>()
  let looking: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Timeout | undefined

  async function lookOnce(): Promise<void> {
    for (const [key, { until }] of noticed) if (until <= now()) noticed.delete(key)
    const settings = await kept.read()
    const conditions = conditionsOf(await options.signals([...noticed.values()]), settings.rules)
    const before = await active()
    const known = new Map(before.map((alert) => [alert.key, alert]))
    const raised: Condition[] = []
    for (const condition of conditions) {
      if (known.has(condition.key)) await refresh(condition)
      else if (await begin(condition)) raised.push(condition)
    }
    lasting = new Set(conditions.map(({ key }) => key))
    const over: Alert[] = []
    for (const alert of before) if (!lasting.has(alert.key) && (await end(alert))) over.push(alert)
    await tell(settings.channels, 'raised', raised)
    await tell(
      settings.channels,
      'cleared',
      over.filter(({ silenced_until }) => (silenced_until ?? 0) <= now()),
    )
  }

  async function begin({ key, rule, severity, title, text, link }: Condition): Promise<boolean> {
    const row = { key, rule, severity, title, text, link, first_at: now(), last_at: now() }
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('alerts')
      .values(row)
      .onConflict((conflict) => conflict.column('key').where('cleared_at', 'is', null).doNothing())
      .executeTakeFirst()
    const mine = (numInsertedOrUpdatedRows ?? 0n) > 0n
    if (mine) log.warn({ alert: key, rule, severity }, title)
    return mine
  }

  const refresh = ({ key, title, text }: Condition) =>
    db
      .updateTable('alerts')
      .set({ title, text, last_at: now() })
      .where('key', '=', key)
      .where('cleared_at', 'is', null)
      .execute()

  async function end({ id, key }: Alert): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('alerts')
      .set({ cleared_at: now() })
      .where('id', '=', id)
      .where('cleared_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) log.info({ alert: key }, 'alert cleared')
    return numUpdatedRows > 0n
  }

  async function tell(channels: Channel[], state: Notice['state'], about: (Condition | Alert)[]): Promise<void> {
    if (about.length === 0) return
    const since = new Date(now()).toISOString()
    const alerts = about.map(({ key, rule, severity, title, text, link }) => {
      const url = `${options.panelUrl}/admin${link}`
      return { key, rule, severity, title, text, url, since }
    })
    await Promise.all(
      channels
        .filter(({ enabled }) => enabled)
        .map(async (to) => {
          try {
            await deliver(to, { state, alerts }, { allowPrivate: options.allowPrivate, now })
          } catch (error) {
            log.error({ channel: to.id, error: sentence(error) }, 'an alert could not be sent')
          }
        }),
    )
  }

  const active = (): Promise<Alert[]> =>
    db.selectFrom('alerts').selectAll().where('cleared_at', 'is', null).orderBy('first_at', 'desc').execute()

  /** One at a time; whoever asks meanwhile is served by one more look. */
  function look(): Promise<void> {
    again = true
    looking ??= (async () => {
      while (again) {
        again = false
        try {
          await lookOnce()
        } catch (error) {
          log.error({ err: error }, 'alerts could not be looked at')
        }
      }
    })().finally(() => {
      looking = undefined
    })
    return looking
  }

  function lookSoon(ms = soonMs): void {
    soon ??= setTimeout(() => {
      soon = undefined
      void look()
    }, ms)
    soon.unref()
  }

  /** More of what waits already is told at the next round. */
  function observe(fact: LedgerFact): void {
    if (fact.fact === 'paused' || fact.fact === 'resumed') lookSoon()
    if (fact.fact !== 'settled') return
    const rule = TOLD_AS[fact.to]
    const key = `${rule}:${fact.cause}`
    if (rule && !lasting.has(key) && !asked.has(key)) {
      asked.add(key)
      lookSoon()
    } else if (fact.to === 'done' && [...lasting].some(isOfPerson)) lookSoon(mendedMs)
  }

  return {
    look,
    active,
    soon: () => lookSoon(),
    observe,
    notice(rule: AlertRule, title, text, link = '/') {
      const key = `${rule}:${title}`
      noticed.set(key, { key, rule, severity: 'warning', title, text, link, until: now() + NOTICE_LASTS })
      void look()
    },
    overcome(rule, title) {
      if (noticed.delete(`${rule}:${title}`)) void look()
    },
    recent: () =>
      db
        .selectFrom('alerts')
        .selectAll()
        .where('cleared_at', 'is not', null)
        .orderBy('id', 'desc')
        .limit(RECENT)
        .execute(),
    settings: kept.read,
    change: kept.write,
    async test(to) {
      const alert = {
        key: 'test',
        rule: 'test',
        severity: 'warning',
        title: 'This is a test',
        text: 'Alerts reach you.',
      }
      const alerts = [
        { ...alert, url: `${options.panelUrl}/admin/settings/alerts`, since: new Date(now()).toISOString() },
      ]
      try {
        await deliver(to, { state: 'test', alerts }, { allowPrivate: options.allowPrivate, now })
        return undefined
      } catch (error) {
        return sentence(error)
      }
    },
    silence: (id, until, by) =>
      db.transaction().execute(async (trx) => {
        const alert = await trx
          .selectFrom('alerts')
          .select('key')
          .where('id', '=', id)
          .where('cleared_at', 'is', null)
          .executeTakeFirst()
        if (!alert) return false
        await trx.updateTable('alerts').set({ silenced_until: until }).where('id', '=', id).execute()
        const after = { until: new Date(until).toISOString() }
        await recordChange(
          trx,
          dialect,
          { who: by, action: 'alerts.silence', entity: `alert:${alert.key}`, after },
          now(),
        )
        return true
      }),
    start() {
      void look()
      timer = setInterval(() => {
        asked.clear()
        void look()
      }, everyMs)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      clearTimeout(soon)
      await looking
    },
  }
}

const isOfPerson = (key: string): boolean => Object.values(TOLD_AS).some((rule) => key.startsWith(`${rule}:`))
const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error))
