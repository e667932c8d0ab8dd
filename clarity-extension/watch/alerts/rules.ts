import { causeOf } from '../../../shared/causes.ts'
import type { Overview } from '../../ledger/queries.ts'

export const alertRules = [
  'authentication',
  'dead_letters',
  'reviews',
  'backlog_age',
  'error_rate',
  'stalled_sweep',
  'drift',
  'subscription',
  'anomaly',
  'no_orders',
  'disk',
  'expiry',
] as const
export type AlertRule = (typeof alertRules)[number]

/** A trouble that lasts. The same key is the same trouble, however often it is seen. */
export interface Condition {
  key: string
  rule: AlertRule
  severity: 'warning' | 'critical'
  title: string
  text: string
  link: string
}

/** What the rules look at, read at one moment. Instants are unix milliseconds. */
export interface Signals {
  now: number
  overview: Pick<Overview, 'connections' | 'oldestWaitingAt' | 'waiting' | 'perMinute'>
  /** Dead letters of each cause. */
  dead: { cause: string; count: number }[]
  /** What a person is to decide, of each cause. */
  held: { cause: string; count: number }[]
  /** When each last ended well, and how often it should. */
  sweeps: { name: string; enabled: boolean; wellAt: number | null; everyMs: number; message: string | null }[]
  /** When the newest order came in; null: none yet. */
  lastOrderAt: number | null
  disk: { freeBytes: number; freeShare: number } | undefined
  /** Keys and tokens that end by themselves. */
  expiries: { name: string; at: number; link: string }[]
  /** What happened at one moment and was told by who saw it, e.g. a lost subscription, or is kept by who watches it. */
  noticed: Condition[]
}

/** Per rule: whether it is on, and from when on it alerts. */
export type RuleSettings = Record<AlertRule, { enabled: boolean; threshold: number }>

/** Units: dead letters of a cause; decisions of a cause; minutes; percent; minutes after it was due; -; -; -; hours; percent free; days ahead. */
export const delivered: RuleSettings = {
  authentication: { enabled: true, threshold: 0 },
  dead_letters: { enabled: true, threshold: 1 },
  reviews: { enabled: true, threshold: 1 },
  backlog_age: { enabled: true, threshold: 15 },
  error_rate: { enabled: true, threshold: 20 },
  stalled_sweep: { enabled: true, threshold: 60 },
  drift: { enabled: true, threshold: 0 },
  subscription: { enabled: true, threshold: 0 },
  anomaly: { enabled: true, threshold: 0 },
  no_orders: { enabled: true, threshold: 24 },
  disk: { enabled: true, threshold: 10 },
  expiry: { enabled: true, threshold: 14 },
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** An error rate of less than this is a single mishap. */
const ENOUGH = 20
const RATE_MINUTES = 15

/** Everything that is wrong now. Pure: the same signals are the same alerts. */
export function conditionsOf(signals: Signals, settings: RuleSettings): Condition[] {
  const all = alertRules.flatMap((rule) =>
    settings[rule].enabled ? look[rule](signals, settings[rule].threshold) : [],
  )
  return all
}

const noticed = (rule: AlertRule) => (signals: Signals) => signals.noticed.filter((one) => one.rule === rule)

const look: Record<AlertRule, (signals: Signals, threshold: number) => Condition[]> = {
  authentication: ({ overview }) =>
    overview.connections
      .filter(({ state, cause }) => state === 'paused' && cause !== 'by_hand')
      .map(({ name, cause, message, waiting }) => ({
        key: `authentication:${name}`,
        rule: 'authentication' as const,
        severity: 'critical' as const,
        title:
          cause === 'circuit_open'
            ? `${names[name]} does not answer`
            : `${names[name]} refuses us: ${causeOf(cause ?? '')?.title ?? 'refused'}`,
        text: `${message ?? ''} ${waiting} records wait; nothing is lost. ${causeOf(cause ?? '')?.remedy ?? ''}`.trim(),
        link: '/connections',
      })),

  dead_letters: ({ dead }, threshold) =>
    dead
      .filter(({ count }) => count >= threshold)
      .map(({ cause, count }) => ({
        key: `dead_letters:${cause}`,
        rule: 'dead_letters' as const,
        severity: 'warning' as const,
        title: `${count} could not be delivered: ${causeOf(cause)?.title ?? cause}`,
        text: `${causeOf(cause)?.meaning ?? ''} ${causeOf(cause)?.remedy ?? ''}`.trim(),
        link: '/attention',
      })),

  reviews: ({ held }, threshold) =>
    held
      // What is out of the ordinary is told with what it is.
      .filter(({ cause, count }) => count >= threshold && cause !== 'anomaly')
      .map(({ cause, count }) => ({
        key: `reviews:${cause}`,
        rule: 'reviews' as const,
        severity: 'warning' as const,
        title: `${count} ${count === 1 ? 'waits' : 'wait'} for a decision: ${causeOf(cause)?.title ?? cause}`,
        text: `${causeOf(cause)?.meaning ?? ''} ${causeOf(cause)?.remedy ?? ''}`.trim(),
        link: '/attention/review',
      })),

  backlog_age: ({ overview: { oldestWaitingAt, waiting, connections }, now }, minutes) => {
    // While a connection is paused the backlog is its consequence, and that is told already.
    if (oldestWaitingAt === null || connections.some(({ state }) => state === 'paused')) return []
    const age = now - oldestWaitingAt
    if (age < minutes * MINUTE) return []
    const text = `${waiting} events wait, the oldest for ${Math.round(age / MINUTE)} minutes.`
    const link = '/activity?show=open'
    return [{ key: 'backlog_age', rule: 'backlog_age', severity: 'warning', title: 'Deliveries are late', text, link }]
  },

  error_rate: ({ overview: { perMinute } }, percent) => {
    const recent = perMinute.slice(-RATE_MINUTES)
    const failed = recent.reduce((sum, minute) => sum + minute.failed, 0)
    const all = failed + recent.reduce((sum, minute) => sum + minute.delivered, 0)
    if (all < ENOUGH || failed * 100 < percent * all) return []
    const text = `${failed} of ${all} events of the last ${RATE_MINUTES} minutes need a person.`
    return [
      {
        key: 'error_rate',
        rule: 'error_rate',
        severity: 'critical',
        title: 'Many events fail',
        text,
        link: '/attention',
      },
    ]
  },

  stalled_sweep: ({ sweeps, overview: { connections }, now }, minutes) => {
    // While a connection is paused none can end well, and that is told already.
    if (connections.some(({ state }) => state === 'paused')) return []
    return sweeps.flatMap(({ name, enabled, wellAt, everyMs, message }) => {
      if (!enabled || wellAt === null || now - wellAt <= everyMs + minutes * MINUTE) return []
      return {
        key: `stalled_sweep:${name}`,
        rule: 'stalled_sweep' as const,
        severity: 'warning' as const,
        title: `The schedule "${name}" has not gone through`,
        text: `It last ended well ${lasting(now - wellAt)} ago. ${message ?? ''}`.trim(),
        link: '/entities/schedules',
      }
    })
  },

  drift: noticed('drift'),
  subscription: noticed('subscription'),
  anomaly: noticed('anomaly'),

  no_orders: ({ lastOrderAt, now }, hours) => {
    if (lastOrderAt === null || now - lastOrderAt < hours * HOUR) return []
    const text = `The last order came ${Math.round((now - lastOrderAt) / HOUR)} hours ago. Check that the shop sells and that its webhooks reach the bridge.`
    return [
      {
        key: 'no_orders',
        rule: 'no_orders',
        severity: 'warning',
        title: 'No orders for a long time',
        text,
        link: '/activity',
      },
    ]
  },

  disk: ({ disk }, percent) => {
    if (!disk || disk.freeShare * 100 >= percent) return []
    const text = `${Math.round(disk.freeBytes / 1024 ** 2)} MB (${Math.round(disk.freeShare * 100)} %) are free where the store is. When it is full, events are refused until there is room.`
    return [{ key: 'disk', rule: 'disk', severity: 'critical', title: 'The disk is almost full', text, link: '/' }]
  },

  expiry: ({ expiries, now }, days) =>
    expiries
      .filter(({ at }) => at - now < days * 24 * HOUR)
      .map(({ name, at, link }) => ({
        key: `expiry:${name}`,
        rule: 'expiry' as const,
        severity: 'warning' as const,
        title: `${name} ends soon`,
        text: `It ends on ${new Date(at).toISOString().slice(0, 10)}. Replace it before: nothing stops meanwhile.`,
        link,
      })),
}

const lasting = (ms: number): string =>
  ms < 2 * HOUR ? `${Math.round(ms / MINUTE)} minutes` : `${Math.round(ms / HOUR)} hours`

const names = { clarity: 'The storefront', odoo: 'Odoo' } as const
