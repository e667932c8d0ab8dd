/**
 * npm run bench [name …]: one line per figure, `bench <name> <metric> <value> <unit>`. Every figure that is a ratio was
 * measured against its yardstick in the same run, in interleaved rounds, and is the ratio of the medians. The last value of every
 * figure stands in a page, `.cache/bench/report.html`.
 */
import { program } from '../../scripts/program.ts'
import { writeReport } from './report.ts'

export type Report = (metric: string, value: number, unit: string) => void
type Bench = (report: Report) => Promise<void>

const benches: Record<string, () => Promise<{ run: Bench }>> = {
  anomalies: () => import('./anomalies.ts'),
  catalogue: () => import('./catalogue.ts'),
  claim: () => import('./claim.ts'),
  cost: () => import('./cost.ts'),
  drift: () => import('./drift.ts'),
  groups: () => import('./groups.ts'),
  idle: () => import('./idle.ts'),
  ingest: () => import('./ingest.ts'),
  latency: () => import('./latency.ts'),
  mapping: () => import('./mapping.ts'),
  'mapping-suggest': () => import('./mapping-suggest.ts'),
  month: () => import('./month.ts'),
  orders: () => import('./orders.ts'),
  paid: () => import('./paid.ts'),
  panel: () => import('./panel.ts'),
  peers: () => import('./peers.ts'),
  replicas: () => import('./replicas.ts'),
  search: () => import('./search.ts'),
  start: () => import('./start.ts'),
  stock: () => import('./stock.ts'),
  totals: () => import('./totals.ts'),
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`No bench named ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`)
  process.exit(2)
}
await program()
const figures: Parameters<typeof writeReport>[0][number][] = []
for (const [name, load] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const { run } = await load()
  await run((metric, value, unit) => {
    figures.push({ bench: name, metric, value, unit })
    console.log(`bench ${name} ${metric} ${Number(value.toPrecision(4))} ${unit}`)
  })
}
console.log(`The report: ${writeReport(figures)}`)
process.exit(0)
