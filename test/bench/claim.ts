import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { done } from '../../shared/outcome.ts'
import { median, ratio, seconds } from './figures.ts'

const SMALL = 1_000
const LARGE = 1_000_000
const ROUNDS = 15
const EVENTS = 1_000

/** Claiming, running and settling with 1,000,000 events of history beside the same with 1,000, in interleaved rounds of one run. */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const folders = await Promise.all([SMALL, LARGE].map(() => mkdtemp(join(tmpdir(), 'bench-claim-'))))
  const stores: Store[] = []
  try {
    for (const dataDir of folders) stores.push(await openStore({ dataDir }))
    const [small, large] = stores
    if (!small || !large) throw new Error('no stores')
    await fill(small, SMALL)
    await fill(large, LARGE)
    const perSecond = { small: [] as number[], large: [] as number[] }
    for (let round = -2; round < ROUNDS; round++)
      for (const size of round % 2 === 0 ? (['small', 'large'] as const) : (['large', 'small'] as const)) {
        const took = await drain(size === 'small' ? small : large, round)
        // The first rounds fill the caches of both.
        if (round >= 0) perSecond[size].push(EVENTS / took)
      }
    report('small_per_s', median(perSecond.small), 'events/s')
    report('large_per_s', median(perSecond.large), 'events/s')
    report('ratio_history', ratio(perSecond.large, perSecond.small), 'ratio')
  } finally {
    for (const store of stores) await store.close()
    for (const folder of folders) await rm(folder, { recursive: true })
  }
}

/** @returns seconds from the first claim to the last settled event */
async function drain(store: Store, round: number): Promise<number> {
  const ledger = createLedger({ store, log: pino({ level: 'error' }) })
  const payload = Buffer.from('{"type":"order.created","data":{}}')
  const taken = Array.from({ length: EVENTS }, (_, n) =>
    ledger.ingest({
      source: 'clarity',
      webhookId: `round${round}-${n}`,
      type: 'order.created',
      lane: `order:${round}-${n}`,
      subject: `#${n}`,
      priority: 0,
      payload,
      body: {},
      traceId: '0'.repeat(32),
    }),
  )
  await Promise.all(taken)
  const took = await seconds(async () => {
    await ledger.start(async () => done('taken'))
    await ledger.idle()
  })
  await ledger.stop(1_000)
  return took
}

async function fill(store: Store, count: number): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ type: 'order.created', data: { note: 'x'.repeat(400) } }))
  for (let from = 0; from < count; from += 1_000)
    await store.db
      .insertInto('events')
      .values(
        Array.from({ length: 1_000 }, (_, offset) => {
          const id = from + offset + 1
          return {
            ...{ source: 'clarity' as const, webhook_id: `msg_${id}`, type: 'order.updated' as const },
            ...{ lane: `order:old-${id % 50_000}`, subject: `#${id % 50_000}`, payload, state: 'done' as const },
            ...{ priority: 0, received_at: id, due_at: id, settled_at: id, message: 'Sale order S00042 updated' },
            ...{ trace_id: id.toString(16).padStart(32, '0'), cause: null },
          }
        }),
      )
      .execute()
}
