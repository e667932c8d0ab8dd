import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { jsonOf } from '../../shared/json.ts'
import type { Problem } from '../../shared/outcome.ts'
import { type Correction, correctSku, correctValue, type KnownProduct } from '../assist/corrections.ts'
import { reason } from '../assist/reasons.ts'
import { suggestValues, type ValueTask } from '../assist/values.ts'
import type { SuggestionsPort } from '../http/ports.ts'
import { problemList } from '../ledger/problems.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { LookupDesk } from '../lookups/desk.ts'
import type { Tables } from '../store/schema.ts'
import type { Verdicts } from './verdicts.ts'

export interface CorrectionParts {
  db: Kysely<Tables>
  odoo: Pick<OdooClient, 'choices'>
  queries: Pick<LedgerQueries, 'detail'>
  /** Values without an entry, and what they may be mapped to. */
  tables: Pick<LookupDesk, 'values' | 'choices'>
  verdicts: Verdicts
}

/** Products that a misspelt SKU is compared with. */
const PRODUCTS = 20_000
/** Less of a SKU or a name finds everything. */
const SHORTEST_PART = 3
/** Values without an entry that are looked at together. */
const OPEN_VALUES = 200

/** What a refused value probably meant, by what Odoo has and what people said before. */
export function correctionsPort({
  db,
  odoo,
  queries,
  tables,
  verdicts,
}: CorrectionParts): Pick<SuggestionsPort, 'corrections' | 'learnCorrection' | 'values'> {
  return {
    async corrections(id) {
      const event = await queries.detail(id)
      if (!event) return undefined
      const problems = problemList.safeParse(event.details)
      if (event.state !== 'dead' || !problems.success) return []
      const said = await correctionVerdicts()
      const found: Correction[] = []
      for (const problem of problems.data)
        found.push(...(await correctionsFor(problem, event.correction ?? event.payload)))
      return found.filter((one) => said.get(verdictKey(one)) !== false).map((one) => asChosen(one, said))
    },

    async learnCorrection(correction, accepted, by) {
      const { value: path, replacement: field } = correction
      const model = aboutOf(correction)
      await verdicts.learn(CORRECTION, { path, model, field, accepted }, { of: model, to: field }, by)
    },

    async values(table) {
      const open = await tables.values(table, { onlyOpen: true, limit: OPEN_VALUES })
      if (!open) return undefined
      const choices = await tables.choices(table, '')
      const records = choices.items.map(({ name, detail }) => ({ name, ...(detail && { code: detail }) }))
      const learned = learnedValues(table, await correctionVerdicts())
      const made = suggestValues({ kind: table, values: open.rows.map(({ key }) => key), records, learned })
      const resultOf = (name: string) => choices.items.find((choice) => choice.name === name)?.result ?? null
      return made.map(({ value, best, others, confidence, certain, reasons }) => ({
        value,
        best: best ? { name: best.name, result: resultOf(best.name) } : null,
        others: others.map(({ name }) => ({ name, result: resultOf(name) })),
        confidence,
        certain,
        reasons,
      }))
    },
  }

  async function correctionsFor(problem: Problem, payload: string): Promise<Correction[]> {
    if (problem.code === 'unknown_sku') {
      const sold = soldIn(problem, payload)
      return correctSku(sold.problem, await knownProducts(sold), sold.name)
    }
    const table = /^unmapped_(\w+)$/.exec(problem.code)?.[1]
    if (table === undefined) return []
    const { items } = await tables.choices(table, '')
    const { value } = problem
    return correctValue({ ...problem, ...(value !== undefined && { value }) }, table, table, items)
  }

  async function correctionVerdicts(): Promise<Said> {
    const all = await verdicts.of(CORRECTION)
    return new Map(all.map(({ path, model, field, accepted }) => [[model, path, field].join('\n'), accepted]))
  }

  /** What Odoo finds by the SKU's parts and by the name that was sold, and whatever it has told the stock of. */
  async function knownProducts({ problem: { value }, name }: Sold): Promise<KnownProduct[]> {
    const rows = await db.selectFrom('published_stock').select('sku').distinct().limit(PRODUCTS).execute()
    const half = Math.ceil((value?.length ?? 0) / 2)
    const parts = [value?.slice(0, half), value?.slice(half), name].filter((part) => part !== undefined)
    const wishes = parts
      .filter((part) => part.length >= SHORTEST_PART)
      .map((search) => ({ model: 'product.product', field: 'default_code', search: search.slice(0, 200), limit: 50 }))
    const answer = wishes.length > 0 ? await odoo.choices(wishes) : undefined
    const found = answer?.ok ? answer.value.choices.flatMap(({ items }) => items) : []
    const named = found.filter((one) => one.active && one.value !== '')
    return [
      ...new Map([
        ...rows.map(({ sku }) => [sku, { sku, name: '' }] as const),
        ...named.map((one) => [one.value, { sku: one.value, name: withoutCode(one.name) }] as const),
      ]).values(),
    ]
  }
}

/** What people said of corrections: table or `sku`, value and replacement -> right or wrong. */
type Said = ReadonlyMap<string, boolean>
const CORRECTION = 'correction'
const aboutOf = ({ how }: Correction): string => (how.kind === 'entry' ? how.table : 'sku')
const verdictKey = (one: Correction): string => [aboutOf(one), one.value, one.replacement].join('\n')

function asChosen(one: Correction, said: Said): Correction {
  if (said.get(verdictKey(one)) !== true) return one
  const why = reason('chosenBefore', { value: one.value, name: one.replacement })
  return { ...one, confidence: Math.max(one.confidence, 0.98), reasons: [why, ...one.reasons] }
}

function learnedValues(table: string, said: Said): NonNullable<ValueTask['learned']> {
  const accepted: Record<string, string> = {}
  const rejected: Record<string, string[]> = {}
  for (const [key, right] of said) {
    const [about, value = '', name = ''] = key.split('\n')
    if (about !== table) continue
    if (right) accepted[value] = name
    else rejected[value] = [...(rejected[value] ?? []), name]
  }
  return { accepted, rejected }
}

/** Odoo shows a product as `[CODE] Name`. */
const withoutCode = (name: string): string => name.replace(/^\[[^\]]*\]\s*/, '')

interface Sold {
  problem: Problem
  /** As the storefront sold it. */
  name: string | undefined
}

/** The line that a problem is about, which Odoo names by its own field. */
function soldIn(problem: Problem, payload: string): Sold {
  const line =
    /\/order_line\/(?:\$lines\/items\/)?(\d+)/.exec(problem.target ?? '')?.[1] ??
    /\/items\/(\d+)/.exec(problem.field ?? '')?.[1]
  const body = envelope.safeParse(jsonOf(payload))
  const items = body.success ? itemsShape.safeParse(body.data.data) : undefined
  const item = line === undefined || !items?.success ? undefined : items.data.items[Number(line)]
  const { field = line === undefined ? undefined : `/items/${line}/sku`, value = item?.sku, target } = problem
  return {
    problem: { ...problem, ...(field && { field }), ...(value && { value }), ...(target && { target }) },
    name: item?.name,
  }
}

const envelope = z.looseObject({ data: z.unknown() })
const itemsShape = z.looseObject({
  items: z.array(z.looseObject({ sku: z.string(), name: z.string().optional() })),
})
