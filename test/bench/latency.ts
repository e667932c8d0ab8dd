import { type ChildProcess, fork } from 'node:child_process'
import { on } from 'node:events'
import { fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { openSandboxStage, PLENTY } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until } from '../support/until.ts'
import { inParallel, median, percentile } from './figures.ts'

const BURST = 400
const PACED = 600
const MINUTES = 60_000

/**
 * What the bridge adds: from an order's webhook being there in full to `apply` of that order being there in full before Odoo, at half of
 * the orders per second that it carries here (with their status, shipments and stock), with the sandbox on both sides. Both instants are read by a process that does nothing
 * else (`latency-relay.ts`): here the sandboxes have work to do, and would read them late. Beside it the time of one fsync of this
 * disk, which stands between the two once.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const received = new Map<string, number>()
  const applied = new Map<string, number>()
  const relay = fork(join(import.meta.dirname, 'latency-relay.ts'), { execArgv: [] })
  relay.on('message', (message) => {
    const seen = sighting.safeParse(message)
    if (!seen.success) return
    const { side, order, at } = seen.data
    const map = side === 'odoo' ? applied : received
    if (!map.has(order)) map.set(order, at)
  })
  const stage = await openSandboxStage({ before: (side, url) => standBefore(relay, side, url) })
  try {
    const numbers = Array.from({ length: BURST + PACED + 50 }, (_, n) => n + 1)
    const place = (n: number) => stage.shop.place(checkout(n, { items: [{ sku: PLENTY, quantity: '1' }] }))
    const all = (count: number) =>
      until('the orders in Odoo', async () => applied.size >= count, { limitMs: 10 * MINUTES, everyMs: 5 })
    for (const n of numbers.slice(0, 50)) await place(n)
    await all(50)

    const began = performance.now()
    await inParallel(numbers.slice(50, 50 + BURST), 20, async (n) => void (await place(n)))
    await all(50 + BURST)
    // With all that follows from an order: what was put off for the orders' sake is part of what they cost.
    await until('nothing left to do', async () => lanes(stage.dataDir) === 0, { limitMs: 10 * MINUTES, everyMs: 5 })
    const perSecond = BURST / ((performance.now() - began) / 1000)
    report('full_load_per_s', perSecond, 'orders/s')

    const before = new Set(received.keys())
    const start = performance.now()
    for (const [index, n] of numbers.slice(50 + BURST).entries()) {
      await pause(Math.max(0, start + (index * 1000) / (perSecond / 2) - performance.now()))
      void place(n)
    }
    await all(numbers.length)
    const added = [...received]
      .filter(([id]) => !before.has(id))
      .map(([id, at]) => (applied.get(id) ?? Number.NaN) - at)
    report('p50_ms', percentile(added, 50), 'ms')
    report('p99_ms', percentile(added, 99), 'ms')
    report('fsync_ms', fsyncTime(), 'ms')
  } finally {
    await stage.dispose()
    relay.disconnect()
  }
}

async function standBefore(relay: ChildProcess, side: 'odoo' | 'bridge', url: string): Promise<string> {
  relay.send({ side, url })
  for await (const [message] of on(relay, 'message')) {
    const standing = place.safeParse(message)
    if (standing.success && standing.data.side === side) return standing.data.url
  }
  throw new Error('the relay ended')
}

const sighting = z.object({ side: z.enum(['odoo', 'bridge']), order: z.string(), at: z.number() })
const place = z.object({ side: z.enum(['odoo', 'bridge']), url: z.string() })

/** Records with something left to do. */
function lanes(dataDir: string): number {
  const file = new Database(join(dataDir, 'bridge.db'), { readonly: true })
  const count = file.prepare<[], number>('select count(*) from lanes').pluck().get()
  file.close()
  return count ?? 0
}

function fsyncTime(): number {
  const folder = mkdtempSync(join(tmpdir(), 'bench-fsync-'))
  const file = openSync(join(folder, 'file'), 'w')
  const page = Buffer.alloc(4096, 'x')
  const times = Array.from({ length: 200 }, () => {
    const began = performance.now()
    writeSync(file, page)
    fsyncSync(file)
    return performance.now() - began
  })
  rmSync(folder, { recursive: true })
  return median(times)
}
