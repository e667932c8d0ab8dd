import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createQueries, type ListQuery } from '../../clarity-extension/ledger/queries.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import { keysOf } from '../../clarity-extension/privacy/searchable.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { percentile, seconds } from './figures.ts'

const seal = createSeal(['a key for the bench of searches, 32 characters'])
const SMALL = 10_000
const LARGE = 1_000_000
const ROUNDS = 400
/** Events of one order or product, of 20 as in a long history. */
const PER_LANE = 20
/** Products that every other order has: tens of thousands of events have one of these. */
const POPULAR = 20
/** One of so many is dead or held. */
const FAILED_EACH = 100

/**
 * The activity list's searches on 1,000,000 stored events beside the same on 10,000, in interleaved rounds of one run: by order
 * number, by its beginning, by SKU, by a SKU that very many orders contain, by e-mail address, by id, by nothing that there is, with a
 * filter, and the pages after the first.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const folders = await Promise.all([SMALL, LARGE].map(() => mkdtemp(join(tmpdir(), 'bench-search-'))))
  const stores: Store[] = []
  try {
    for (const dataDir of folders) stores.push(await openStore({ dataDir }))
    const [small, large] = stores
    if (!small || !large) throw new Error('no stores')
    await fill(small, SMALL)
    await fill(large, LARGE)
    const times = await measure({
      small: createQueries(small, Date.now, seal),
      large: createQueries(large, Date.now, seal),
    })
    for (const [size, kinds] of Object.entries(times)) {
      const all = [...kinds.values()].flat()
      report(`${size}_p50_ms`, percentile(all, 50), 'ms')
      report(`${size}_p99_ms`, percentile(all, 99), 'ms')
      for (const [kind, values] of kinds) report(`${size}_${kind}_p99_ms`, percentile(values, 99), 'ms')
    }
    const p99 = (kinds: Map<string, number[]>) => percentile([...kinds.values()].flat(), 99)
    report('p99_ratio', p99(times.large) / p99(times.small), 'x')
  } finally {
    for (const store of stores) await store.close()
    for (const folder of folders) await rm(folder, { recursive: true })
  }
}

type Queries = ReturnType<typeof createQueries>

async function measure(of: { small: Queries; large: Queries }) {
  const times = { small: new Map<string, number[]>(), large: new Map<string, number[]>() }
  for (let round = -20; round < ROUNDS; round++)
    for (const size of round % 2 === 0 ? (['small', 'large'] as const) : (['large', 'small'] as const))
      for (const [kind, query] of Object.entries(searches(size === 'small' ? SMALL : LARGE, round + 20))) {
        const took = 1000 * (await seconds(() => of[size].list(query)))
        // The first rounds fill the caches of both.
        if (round >= 0) times[size].set(kind, [...(times[size].get(kind) ?? []), took])
      }
  return times
}

/** What people type, each time about another record. */
function searches(events: number, round: number): Record<string, ListQuery> {
  const lanes = events / PER_LANE
  const lane = (round * 7919) % lanes
  const order = `#${100_000 + lane}`
  return {
    number: { search: order },
    beginning: { search: order.slice(0, 4) },
    sku: { search: `SKU-${lane}` },
    ordered_sku: { search: `popular-${round % POPULAR}` },
    mail: { search: `Ada.${lane}@example.com` },
    id: { search: String(1 + ((round * 104_729) % events)) },
    lane: { search: `order:${lane}` },
    nothing: { search: `W${round}-NOT-THERE` },
    failed: { search: order.slice(0, 4), states: ['dead'] },
    next_page: { search: order.slice(0, 4), cursor: Math.floor(events / 2) },
  }
}

async function fill(store: Store, count: number): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ type: 'order.created', data: { note: 'x'.repeat(400) } }))
  const lanes = count / PER_LANE
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: 500 }, (_, offset) => {
      const id = from + offset + 1
      const lane = id % lanes
      const isOrder = id % 3 !== 0
      const dead = id % FAILED_EACH === 0
      return {
        source: 'clarity' as const,
        webhook_id: `msg_${id}`,
        type: isOrder ? ('order.updated' as const) : ('product.updated' as const),
        lane: isOrder ? `order:${lane}` : `product:${lane}`,
        subject: isOrder ? `#${100_000 + lane}` : `SKU-${lane}`,
        payload,
        state: dead ? ('dead' as const) : ('done' as const),
        priority: 0,
        received_at: id,
        due_at: id,
        settled_at: id,
        message: 'Sale order S00042 updated',
        trace_id: id.toString(16).padStart(32, '0'),
        cause: dead ? 'unknown_sku' : null,
        issue_cause: dead ? 'unknown_sku' : null,
      }
    })
    await store.db.insertInto('events').values(rows).execute()
    const keys = rows.flatMap(({ lane }, offset) => {
      const id = from + offset + 1
      const data = { email: `ada.${lane.split(':')[1]}@example.com`, items: [{ sku: `POPULAR-${id % POPULAR}` }] }
      return keysOf(data, seal.blind).map((key) => ({ key, event_id: id }))
    })
    await store.db.insertInto('search_keys').values(keys).execute()
  }
}
