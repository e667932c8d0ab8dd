import { readFileSync } from 'node:fs'
import { clean, judgeStock } from '../chaos/verdict.ts'
import { openWorld, type World } from '../chaos/world.ts'
import { until } from '../support/until.ts'
import { inParallel } from './figures.ts'
import type { Report } from './run.ts'

/**
 * What an order and a change of stock cost: calls and bytes on each line, rows and bytes in the store, processor time of the
 * bridge. The far sides are the sandbox's, since only what the bridge does is counted. The constants of docs/SCALE.md.
 */
const ORDERS = 300
const WARM_UP = 50
const COUNTS = 5

export async function run(report: Report): Promise<void> {
  for (const store of ['sqlite', 'postgres'] as const) {
    const world = await openWorld({ store, odoo: 'sandbox', replicas: 1, seed: 1 })
    try {
      await place(world, WARM_UP)
      await measure(world, `order_${store}`, ORDERS, () => place(world, ORDERS), report)
      const skus = [...new Set((await world.shop.inventory()).map(({ sku }) => sku))]
      let base = 20_000
      await measure(
        world,
        `stock_change_${store}`,
        skus.length * COUNTS,
        async () => {
          for (let n = 0; n < COUNTS; n++) {
            base++
            for (const sku of skus) await world.odoo.count(sku, base)
            await until('the storefront to know', async () => clean(await judgeStock(world)), { everyMs: 250 })
            await quiet(world)
          }
        },
        report,
      )
    } finally {
      await world.dispose()
    }
  }
}

async function place(world: World, many: number): Promise<void> {
  const numbers = new Set<string>()
  await inParallel(
    Array.from({ length: many }, (_, n) => n),
    8,
    async () => void numbers.add(await world.place()),
  )
  await until(
    'every order in the storefront',
    async () => {
      const told = await world.shop.orders()
      return told.every(({ number, externalKey }) => !numbers.has(number) || Boolean(externalKey))
    },
    { limitMs: 300_000, everyMs: 500 },
  )
  await quiet(world)
}

const quiet = ({ ask }: World) =>
  until(
    'nothing to do',
    async () => {
      const [row] = await ask<{ many: number }>(
        "select count(*) as many from events where state in ('ready', 'running')",
      )
      return Number(row?.many) === 0
    },
    { everyMs: 250 },
  )

const TABLES = ['events', 'attempts', 'links', 'demand', 'published_stock', 'rule_writes'] as const

async function measure(world: World, what: string, per: number, work: () => Promise<void>, report: Report) {
  const before = await reading(world)
  await work()
  const after = await reading(world)
  for (const [name, value] of Object.entries(after)) {
    const [metric, unit] = name.split(' ')
    report(`${what}_${metric}`, (value - (before[name] ?? 0)) / per, unit ?? '')
  }
}

async function reading({ ask, lines, bridges, store }: World): Promise<Record<string, number>> {
  const read: Record<string, number> = {}
  for (const line of lines) {
    if (!('requests' in line)) continue
    const name = line.name.toLowerCase().replaceAll(' ', '_')
    read[`calls_${name} calls`] = line.requests
    read[`bytes_${name} bytes`] = line.bytes
  }
  for (const table of TABLES) {
    const [row] = await ask<{ many: number }>(`select count(*) as many from ${table}`)
    read[`rows_${table} rows`] = Number(row?.many)
  }
  const size =
    store === 'sqlite'
      ? 'select sum(pgsize) as bytes from dbstat'
      : 'select pg_database_size(current_database()) as bytes'
  const [row] = await ask<{ bytes: number }>(size)
  read['disk bytes'] = Number(row?.bytes)
  read['processor ms'] = processorMs(bridges[0]?.pid ?? 0)
  return read
}

/** User and system time of all its threads; the kernel counts in hundredths of a second. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
