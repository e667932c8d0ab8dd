import { fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { openSandboxStage, PLENTY } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { inParallel, median, percentile, until } from './figures.ts'

const BURST = 400
const PACED = 600
const MINUTES = 60_000

/**
 * What the bridge adds: from an order's webhook being there in full to `apply` of that order being there in full at Odoo, at half of
 * the orders per second that it carries here, with the sandbox on both sides. Beside it the time of one fsync of this disk, which
 * stands between the two once.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const received = new Map<string, number>()
  const applied = new Map<string, number>()
  const note = (map: Map<string, number>, ids: string[]) => {
    const now = performance.now()
    for (const id of ids) if (!map.has(id)) map.set(id, now)
  }
  const stage = await openSandboxStage({
    asked: (path, body) => path.endsWith('/apply') && note(applied, ordersOf(body)),
    told(_, body) {
      const event = envelope.safeParse(JSON.parse(body.toString()))
      if (event.success) note(received, [event.data.data.id])
    },
  })
  try {
    const numbers = Array.from({ length: BURST + PACED + 50 }, (_, n) => n + 1)
    const place = (n: number) => stage.shop.place(checkout(n, { items: [{ sku: PLENTY, quantity: '1' }] }))
    const all = (count: number) => until('the orders in Odoo', 10 * MINUTES, async () => applied.size >= count, 5)
    for (const n of numbers.slice(0, 50)) await place(n)
    await all(50)

    const began = performance.now()
    await inParallel(numbers.slice(50, 50 + BURST), 20, async (n) => void (await place(n)))
    await all(50 + BURST)
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
  }
}

const envelope = z.object({ type: z.literal('order.created'), data: z.object({ id: z.string() }) })
const operations = z.object({ operations: z.array(z.looseObject({ id: z.string() })) })

/** The orders that a call brings: `order:<id>`. */
const ordersOf = (body: Buffer): string[] =>
  operations.parse(JSON.parse(body.toString())).operations.flatMap(({ id }) => /^order:([^:]+)/.exec(id)?.[1] ?? [])

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
