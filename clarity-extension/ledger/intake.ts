import { randomUUID } from 'node:crypto'
import { group } from '../store/group.ts'
import { type Incoming, type Stored, storeEvents } from './ingest.ts'
import { newTraceId } from './lanes.ts'
import type { Settings } from './settings.ts'
import type { DemandRow, Ledger, NewEvent } from './types.ts'

export type Intake = Pick<Ledger, 'ingest' | 'enqueue' | 'writable'> & { flush(): Promise<void> }

/** How events come in. @param onStored there is something to run */
export function createIntake({ store, now, log, project, observe }: Settings, onStored: () => void): Intake {
  const stores = group(async (incoming: Incoming[]) => {
    const stored = await store.db.transaction().execute((trx) => storeEvents(trx, incoming, now(), projectSafely))
    onStored()
    tell(stored)
    return stored
  })

  /** What cannot be projected is still an event: the flow will say what is wrong with it. */
  const projectSafely = (event: NewEvent): DemandRow[] => {
    try {
      return project(event)
    } catch (error) {
      log.error({ type: event.type, lane: event.lane, err: error }, 'the demand of an event could not be read')
      return []
    }
  }

  const tell = (stored: readonly Stored[]) => {
    if (!observe) return
    const fresh = stored.filter(({ duplicate, coalesced }) => !duplicate && !coalesced)
    const kinds = Map.groupBy(fresh, ({ incoming: { source, type } }) => `${source} ${type}`)
    for (const same of kinds.values()) {
      const [first] = same
      if (first)
        observe({ fact: 'accepted', source: first.incoming.source, type: first.incoming.type, count: same.length })
    }
  }

  return {
    flush: stores.flush,
    async ingest(event) {
      const { id, duplicate } = await stores.add(event)
      return { id, duplicate }
    },
    async enqueue({ type, lane, subject, priority, data, traceId = newTraceId(), key = randomUUID(), dueAt }) {
      const envelope = { type, timestamp: new Date(now()).toISOString(), data }
      const { id, duplicate, coalesced } = await stores.add({
        source: 'bridge',
        webhookId: key,
        type,
        lane,
        subject,
        priority,
        payload: Buffer.from(JSON.stringify(envelope)),
        body: envelope,
        traceId,
        onlyOne: true,
        ...(dueAt === undefined ? {} : { dueAt }),
      })
      return { id, duplicate, coalesced }
    },
    async writable() {
      try {
        const row = { key: 'health', value: 'written', updated_at: now() }
        await store.db
          .insertInto('settings')
          .values(row)
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ updated_at: row.updated_at }))
          .execute()
        return true
      } catch (error) {
        log.error({ err: error }, 'the store cannot be written')
        return false
      }
    },
  }
}
