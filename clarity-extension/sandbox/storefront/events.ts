import type { ClarityEventType } from '../../../shared/events.ts'
import { newWebhookId } from '../../../shared/signature.ts'
import type { Collection, Identified } from './collection.ts'
import type { Db } from './database.ts'
import type { WebhookEndpoint } from './shop.ts'

/** Each event may go out several times and late, as real networks do it; for tests. */
export interface Noise {
  /** Deliveries per event and endpoint. */
  copies: number
  /** Each is put off by up to this many milliseconds, by chance. */
  spreadMs: number
}

export type Events = ReturnType<typeof createEvents>

/** Writes events and what is to be delivered, inside the transaction of the change itself: no change without its event. */
export function createEvents(db: Db, endpoints: Collection<WebhookEndpoint>, clock: () => number) {
  const addEvent = db.prepare('INSERT INTO events (id, type, subject, body, created_at) VALUES (?, ?, ?, ?, ?)')
  const addDelivery = db.prepare(
    "INSERT INTO deliveries (event_seq, endpoint_id, state, due_at) VALUES (?, ?, 'pending', ?)",
  )
  const past = db.prepare<[number, number], { seq: number; type: string }>(
    'SELECT seq, type FROM events WHERE created_at BETWEEN ? AND ? ORDER BY seq',
  )
  let noise: Noise = { copies: 1, spreadMs: 0 }
  let subscribed: WebhookEndpoint[] | undefined

  return {
    setNoise: (wanted: Noise): void => {
      noise = wanted
    },

    /** To be called after every change of an endpoint. */
    forgetEndpoints: (): void => {
      subscribed = undefined
    },

    emit(type: ClarityEventType, record: Identified): void {
      const now = clock()
      const id = newWebhookId()
      const data = { externalKey: null, ...record }
      const body = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data })
      const { lastInsertRowid: seq } = addEvent.run(id, type, record.id, body, now)
      for (const endpoint of receivers(type)) {
        for (let copy = 0; copy < noise.copies; copy += 1) {
          addDelivery.run(seq, endpoint.id, now + Math.floor(Math.random() * noise.spreadMs))
        }
      }
    },

    /** @returns how many were queued again, under their own webhook ids */
    replay(endpoint: WebhookEndpoint, since: number, until: number, types: readonly string[]): number {
      const events = past.all(since, until).filter(({ type }) => types.includes(type))
      for (const { seq } of events) addDelivery.run(seq, endpoint.id, clock())
      return events.length
    },
  }

  function receivers(type: ClarityEventType): WebhookEndpoint[] {
    subscribed ??= endpoints.list({ pageSize: 1000, pageIndex: 0 }).results.filter(({ enabled }) => enabled)
    return subscribed.filter(({ events }) => events.includes(type))
  }
}
