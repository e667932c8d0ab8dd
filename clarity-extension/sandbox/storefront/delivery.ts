import { retryAfter } from '../../../shared/retry-after.ts'
import { signHeaders } from '../../../shared/signature.ts'
import type { Db } from './database.ts'
import type { Endpoints } from './endpoints.ts'
import { createSender, type Sent } from './send.ts'
import type { WebhookEndpoint } from './shop.ts'

export interface DeliveryOptions {
  /** Milliseconds to wait before each attempt, the first included. */
  schedule: readonly number[]
  /** Share of each wait that chance adds or takes, 0 to 1. */
  jitter: number
  /** Attempts under way at one time, over all endpoints. */
  connections: number
  timeoutMs: number
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

export const standardDelivery: DeliveryOptions = {
  schedule: [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  jitter: 0.2,
  connections: 50,
  timeoutMs: 15 * SECOND,
}

interface Due {
  id: number
  webhook_id: string
  body: string
  attempts: number
}

/** How fast one endpoint takes what we send: halved when it says it is too much, one more with every success. */
interface Pace {
  limit: number
  underWay: number
  notBefore: number
}

export type Courier = ReturnType<typeof createCourier>

/**
 * Carries events to their endpoints by the Standard Webhooks rules. The queue is the table `deliveries`: what was under way
 * when the process died is sent again, under the same webhook id.
 */
export function createCourier(db: Db, endpoints: Endpoints, clock: () => number, options: DeliveryOptions) {
  const { schedule, jitter, connections, timeoutMs } = options
  const due = db.prepare<[string, number, number], Due>(
    `SELECT d.id, d.attempts, e.id AS webhook_id, e.body FROM deliveries d JOIN events e ON e.seq = d.event_seq
     WHERE d.endpoint_id = ? AND d.state = 'pending' AND d.due_at <= ? ORDER BY d.due_at, d.id LIMIT ?`,
  )
  const take = db.prepare("UPDATE deliveries SET state = 'sending' WHERE id = ?")
  const settle = db.prepare(
    `UPDATE deliveries SET state = ?, attempts = attempts + 1, due_at = ?, status = ?, error = ?, settled_at = ? WHERE id = ?`,
  )
  const next = db.prepare<[string], { due_at: number | null }>(
    "SELECT min(due_at) AS due_at FROM deliveries WHERE endpoint_id = ? AND state = 'pending'",
  )
  db.prepare("UPDATE deliveries SET state = 'pending' WHERE state = 'sending'").run()

  const sender = createSender(connections, timeoutMs)
  const paces = new Map<string, Pace>()
  const settled: { delivery: Due; endpoint: WebhookEndpoint; sent: Sent }[] = []
  let underWay = 0
  let kicked = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let waiting: (() => void)[] = []

  return {
    /** Something may be due: look soon, once for all who ask in this turn of the event loop. */
    kick,
    /** Settles when nothing is due and nothing is under way. */
    idle: (): Promise<void> =>
      new Promise((resolve) => {
        waiting.push(resolve)
        kick()
      }),
    async stop(): Promise<void> {
      stopped = true
      clearTimeout(timer)
      sender.close()
      while (underWay > 0 || settled.length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    },
  }

  function kick(): void {
    if (kicked || stopped) return
    kicked = true
    setImmediate(() => {
      kicked = false
      turn()
    })
  }

  function turn(): void {
    const open = stopped ? [] : endpoints.enabled()
    for (const endpoint of open) for (const delivery of claim(endpoint)) void attempt(endpoint, delivery)
    clearTimeout(timer)
    const wait = nextDue(open)
    if (underWay === 0 && (wait === undefined || wait > 0)) release()
    if (wait !== undefined && underWay < connections) {
      timer = setTimeout(kick, Math.min(Math.max(wait, 1), HOUR))
      timer.unref()
    }
  }

  function release(): void {
    const released = waiting
    waiting = []
    for (const resolve of released) resolve()
  }

  function claim(endpoint: WebhookEndpoint): Due[] {
    const pace = paceOf(endpoint.id)
    const room = Math.min(connections - underWay, Math.floor(pace.limit) - pace.underWay)
    if (room <= 0 || pace.notBefore > clock()) return []
    const claimed = due.all(endpoint.id, clock(), room)
    if (claimed.length > 0) db.transaction(() => claimed.forEach(({ id }) => void take.run(id)))()
    return claimed
  }

  /** Milliseconds until something may be sent; undefined when nothing waits. */
  function nextDue(open: WebhookEndpoint[]): number | undefined {
    const waits = open.flatMap(({ id }) => {
      const { limit, underWay: own } = paceOf(id)
      // Its next answer looks for more by itself.
      if (own >= Math.floor(limit)) return []
      const at = next.get(id)?.due_at ?? null
      return at === null ? [] : [Math.max(at, paceOf(id).notBefore) - clock()]
    })
    return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits))
  }

  async function attempt(endpoint: WebhookEndpoint, delivery: Due): Promise<void> {
    const pace = paceOf(endpoint.id)
    underWay += 1
    pace.underWay += 1
    const body = Buffer.from(delivery.body)
    const headers = signHeaders(body, endpoints.secrets(endpoint.id), delivery.webhook_id, clock() / 1000)
    const sent = await sender.send(endpoint.url, body, { ...headers })
    settled.push({ delivery, endpoint, sent })
    if (settled.length === 1) setImmediate(settleAll)
  }

  /** All answers of one turn of the event loop in one transaction. */
  function settleAll(): void {
    const batch = settled.splice(0)
    // Only now is there room again: a 410 must be known before the next attempt begins.
    underWay -= batch.length
    for (const { endpoint } of batch) paceOf(endpoint.id).underWay -= 1
    db.transaction(() => batch.forEach(settleOne))()
    kick()
    if (stopped) release()
  }

  function settleOne({ delivery, endpoint, sent }: (typeof settled)[number]): void {
    const now = clock()
    const pace = paceOf(endpoint.id)
    const said = sent.error ?? (sent.status >= 200 && sent.status < 300 ? null : `answered ${sent.status}`)
    if (said === null) {
      pace.limit = Math.min(connections, pace.limit + 1)
      settle.run('done', now, sent.status, null, now, delivery.id)
      return
    }
    const wish = retryAfter(sent.retryAfter, now)
    if ([429, 502, 504].includes(sent.status)) {
      pace.limit = Math.max(1, pace.limit / 2)
      pace.notBefore = now + (wish ?? SECOND)
    }
    const wait = schedule[delivery.attempts + 1]
    if (sent.status === 410 || wait === undefined) {
      settle.run('failed', now, sent.status, said, now, delivery.id)
      endpoints.switchOff(endpoint.id, sent.status === 410 ? 'gone' : 'exhausted')
      return
    }
    const state = endpoints.find(endpoint.id)?.enabled === false ? 'paused' : 'pending'
    settle.run(state, now + Math.round(wish ?? jittered(wait)), sent.status, said, null, delivery.id)
  }

  function jittered(wait: number): number {
    return wait * (1 + jitter * (2 * Math.random() - 1))
  }

  function paceOf(id: string): Pace {
    const known = paces.get(id) ?? { limit: connections, underWay: 0, notBefore: 0 }
    paces.set(id, known)
    return known
  }
}
