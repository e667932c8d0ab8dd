import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

/** What a figure is to be at least or at most; figures without one are told and not judged. */
const GOALS: Record<string, { least?: number; most?: number }> = {
  'ingest ratio_to_no_store_sqlite': { least: 0.9 },
  'ingest ratio_to_no_store_postgres': { least: 0.5 },
  'claim ratio_history': { least: 0.9 },
  'orders ratio_to_single_workers': { least: 6 },
  'orders ratio_to_batched_workers': { least: 2 },
  'orders hot_sku_max_stall_ms': { most: 1_500 },
  'orders rss_mb': { most: 200 },
  'replicas ratio': { least: 1 },
  'latency p50_ms': { most: 15 },
  'latency p99_ms': { most: 100 },
  'start ratio': { most: 1.5 },
  'idle rss_mb': { most: 120 },
  'stock ratio_to_read_and_put': { least: 3 },
  'groups p99_ms': { most: 200 },
  'search p99_ratio': { most: 5 },
  'panel interactive_ratio': { most: 1.5 },
  'drift reads_per_sku': { most: 1 },
  'month drift_rows': { most: 0 },
  'month takings_difference': { most: 0 },
  'catalogue ratio_to_raw_read': { least: 0.7 },
  'catalogue ratio_to_raw_create': { least: 0.7 },
  'peers bridge_lost': { most: 0 },
  'peers bridge_doubled': { most: 0 },
  'peers bridge_lost_while_odoo_is_away': { most: 0 },
}

const folder = join(import.meta.dirname, '../../.cache/bench')
const figure = z.object({ bench: z.string(), metric: z.string(), value: z.number(), unit: z.string(), at: z.string() })
type Figure = z.infer<typeof figure>

/** The last value of every figure that was measured on this machine, as a page: `.cache/bench/report.html`. */
export function writeReport(fresh: readonly Omit<Figure, 'at'>[]): string {
  mkdirSync(folder, { recursive: true })
  const at = new Date().toISOString()
  const measured = new Set(fresh.map(({ bench }) => bench))
  const figures = [...earlier().filter(({ bench }) => !measured.has(bench)), ...fresh.map((one) => ({ ...one, at }))]
  figures.sort((a, b) => a.bench.localeCompare(b.bench))
  writeFileSync(join(folder, 'figures.json'), JSON.stringify(figures, null, 1))
  const file = join(folder, 'report.html')
  writeFileSync(file, page(figures))
  return file
}

function earlier(): Figure[] {
  try {
    return z.array(figure).parse(JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8')))
  } catch {
    // None yet, or of another version: measured anew.
    return []
  }
}

/** @returns undefined where there is no goal */
export function isMet({ bench, metric, value }: Omit<Figure, 'at' | 'unit'>): boolean | undefined {
  const goal = GOALS[`${bench} ${metric}`]
  return goal && value >= (goal.least ?? Number.NEGATIVE_INFINITY) && value <= (goal.most ?? Number.POSITIVE_INFINITY)
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function row(one: Figure): string {
  const goal = GOALS[`${one.bench} ${one.metric}`]
  const met = isMet(one)
  const wanted = goal ? (goal.least === undefined ? `at most ${goal.most}` : `at least ${goal.least}`) : ''
  const cells = [one.bench, one.metric, `${Number(one.value.toPrecision(4))} ${one.unit}`, wanted, one.at.slice(0, 16)]
  return `<tr class="${met === undefined ? '' : met ? 'met' : 'missed'}">${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
}

function page(figures: readonly Figure[]): string {
  const machine = `${cpus().length} processors (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Bench report</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
td, th { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
td:nth-child(3) { text-align: right; white-space: nowrap }
.met td:nth-child(4)::before { content: "✓ "; color: #1a7f37 } .missed td:nth-child(4)::before { content: "✗ "; color: #cf222e }
</style>
<h1>Bench report</h1>
<p>${escaped(machine)}. Ratios were measured beside their yardstick in the same run; times are this machine’s.</p>
<table><thead><tr><th>Bench<th>Figure<th>Value<th>Goal<th>Measured (UTC)</tr></thead><tbody>
${figures.map(row).join('\n')}
</tbody></table></html>
`
}
