import { randomUUID } from 'node:crypto'
import { group } from '../store/group.ts'
import { byteaArray } from '../store/recordset.ts'
import { createFiling, type Filing } from './filing.ts'
import { eventKey, type Incoming, sealed } from './incoming.ts'
import { storeEvents } from './ingest.ts'
import { newTraceId } from './lanes.ts'
import { type Arrival, createReader } from './reader.ts'
import type { Settings } from './settings.ts'
import { storeAtOnce } from './store-at-once.ts'
import type { Enqueued, Ingested, Ledger } from './types.ts'

export type Intake = Pick<Ledger, 'ingest' | 'enqueue' | 'writable'> &
  Pick<Filing, 'start' | 'look' | 'catchUp' | 'stop'>

/** Groups that are being stored at a time: while one waits for the disk the next is on its way. */
const IN_FLIGHT = 2

const ingested = ({ id, duplicate }: Enqueued): Ingested => ({ id, duplicate })

/** How events come in. @param onStored there is something to run; `atOnce`: there will be, when what was asked of the store is done */
export function createIntake(settings: Settings, onStored: (atOnce: boolean) => void): Intake {
  const { store, now, log, observe, seal, burst, lead } = settings
  const { taken, read } = createReader(settings)
  const filing = createFiling(settings, { taken, read }, (fresh) => {
    tell(fresh)
    onStored(false)
  })

  async function storeAll(incoming: Incoming[]): Promise<Enqueued[]> {
    const storing = write(incoming)
    // A single thread does one after another: the claim of what is stored now is part of the same commit.
    const behind = store.dialect === 'sqlite'
    if (behind) onStored(true)
    const stored = await storing
    if (!behind) onStored(false)
    tell(incoming.filter((_, index) => !stored[index]?.duplicate && !stored[index]?.coalesced))
    return stored
  }

  function write(incoming: Incoming[]): Promise<Enqueued[]> {
    if (store.dialect === 'postgres' && !incoming.some(({ onlyOne }) => onlyOne)) {
      const payloads = incoming.map(({ payload }) => payload)
      return store.run(storeAtOnce, { incoming, payloads: byteaArray(payloads, seal), now: now() })
    }
    const { events, buffers } = sealed(incoming, seal)
    return store.run(storeEvents, { incoming: events, now: now() }, buffers)
  }

  function storeWebhooks(arrivals: Arrival[]): Promise<Enqueued[]> {
    // Odoo's events come in parcels, of which four are under way at most: nobody waits for their acknowledgement, and their lanes do.
    const isBurst = arrivals.length >= burst && arrivals.some(({ source }) => source !== 'odoo')
    // Who leads puts what others store into its lanes together with its own.
    if (!isBurst && !filing.isBehind() && lead.whose() !== 'theirs') return storeAll(arrivals.map(read))
    return filing.store(arrivals)
  }

  // Among replicas two groups are stored beside each other: own work of one lane would change places.
  const work = group(storeAll, IN_FLIGHT, store.exclusive ? undefined : ({ lane }) => lane)
  // Nobody has looked at them: of two that were sent at a time none is the first. One that is delivered twice is never in two groups.
  const webhooks = group(storeWebhooks, IN_FLIGHT, eventKey, lead.apartMs)

  const tell = (fresh: readonly Incoming[]) => {
    for (const [first, ...others] of Map.groupBy(fresh, ({ source, type }) => `${source} ${type}`).values())
      if (first) observe({ fact: 'accepted', source: first.source, type: first.type, count: 1 + others.length })
  }

  return {
    start: filing.start,
    look: filing.look,
    catchUp: filing.catchUp,
    async stop() {
      await Promise.all([webhooks.flush(), work.flush()])
      await filing.stop()
    },
    // No function that waits: it would keep what was read of the body until the disk has it.
    ingest: (event) => webhooks.add(taken(event)).then(ingested),
    async enqueue({ type, lane, subject, priority, data, traceId = newTraceId(), key = randomUUID(), dueAt }) {
      const envelope = { type, timestamp: new Date(now()).toISOString(), data }
      const payload = Buffer.from(JSON.stringify(envelope))
      const event = { source: 'bridge', webhookId: key, type, lane, subject, priority, payload, traceId } as const
      const receivedAt = now()
      return work.add({ ...event, receivedAt, dueAt: dueAt ?? receivedAt, onlyOne: true, demand: undefined })
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
