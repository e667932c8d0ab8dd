import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { jsonOf } from '../../shared/json.ts'
import type { Problem } from '../../shared/outcome.ts'
import { type Correction, correctSku, correctValue, type KnownProduct } from '../assist/corrections.ts'
import { addedRules, readBy, ruleSetOf, suggestedSets, withSuggested } from '../assist/drafting.ts'
import { learnedFrom, type Verdict } from '../assist/learning.ts'
import { adviseOn } from '../assist/model/advised.ts'
import type { Advisor } from '../assist/model/advisor.ts'
import { reason } from '../assist/reasons.ts'
import { fieldsOfSchema, type SourceField, withSamples } from '../assist/schema.ts'
import { type Candidate, suggest, type Task } from '../assist/suggest.ts'
import { suggestValues, type ValueTask } from '../assist/values.ts'
import type { Audit } from '../audit/audit.ts'
import type { Named, SuggestionsPort } from '../http/ports.ts'
import { type SuggestedEntity, suggestedEntities } from '../http/suggestions.ts'
import { problemList } from '../ledger/problems.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { LookupDesk } from '../lookups/desk.ts'
import type { RuleSet } from '../mapping/rules.ts'
import { sourceFields } from '../mapping/sources.ts'
import type { Described } from '../mapping/validate.ts'
import type { Tables } from '../store/schema.ts'

export interface SuggestionParts {
  db: Kysely<Tables>
  /** What the store holds of a payload, as it came. */
  open(stored: Uint8Array): Uint8Array
  odoo: Pick<OdooClient, 'describe' | 'choices'>
  queries: Pick<LedgerQueries, 'detail'>
  audit: Audit
  advisor: Advisor | undefined
  /** Where accepted rules go as a draft. */
  /** Values without an entry, and what they may be mapped to. */
  tables: Pick<LookupDesk, 'values' | 'choices'>
  now?: () => number
}

/** The models that an entity is written to, its own first, and the events that carry records of it. */
const entities: Record<SuggestedEntity, { schema: string; models: [string, ...string[]]; types: string[] }> = {
  order: {
    schema: 'Order',
    models: ['sale.order', 'sale.order.line', 'res.partner'],
    types: ['order.created', 'order.updated'],
  },
  customer: { schema: 'Customer', models: ['res.partner'], types: ['customer.created', 'customer.updated'] },
  product: { schema: 'Product', models: ['product.product'], types: ['product.created', 'product.updated'] },
  invoice: { schema: 'Invoice', models: ['account.move'], types: [] },
  shipment: { schema: 'Shipment', models: ['stock.picking'], types: [] },
}

/** Newest records whose values tell what a field holds, and whose attributes are the merchant's own fields. */
const SAMPLES = 40
/** Products that a misspelt SKU is compared with. */
const PRODUCTS = 20_000
/** Less of a SKU or a name finds everything. */
const SHORTEST_PART = 3
/** Values without an entry that are looked at together. */
const OPEN_VALUES = 200

/** Binds suggestions to Odoo's fields, the storefront's contract and what has come through the bridge. */
export function suggestionsPort({
  db,
  open,
  odoo,
  queries,
  audit,
  advisor,
  tables,
  now = Date.now,
}: SuggestionParts): SuggestionsPort {
  return {
    async of(entity) {
      const task = await taskOf(entity)
      return task.ok ? { ok: true, ...(await adviseOn(task.value, advisor)) } : task
    },

    async forRules(rules) {
      const entity = entityOf(rules)
      if (!entity) return undefined
      const task = await taskOf(entity)
      if (!task.ok) return task
      const { suggestions, model } = await adviseOn(task.value, advisor)
      const read = new Set(readBy(rules.rules))
      const known = new Set(sourceFields(rules.name).map(({ path }) => path.replaceAll('[]', '')))
      const open = suggestions.filter(
        ({ path }) => !read.has(path) && (known.has(path) || /(^|\.)attributes\./.test(path)),
      )
      const items = open.flatMap(({ best, others, ...suggestion }) => {
        if (!best || placedIn(rules, entity, best) === undefined) return []
        const candidates = [best, ...others].filter((one) => placedIn(rules, entity, one))
        return [{ ...suggestion, candidates: candidates.map(candidateOf) }]
      })
      return {
        ok: true,
        entity,
        model,
        items: items.sort((a, b) => b.confidence - a.confidence),
        unsuggested: open.flatMap(({ path, best }) => (best ? [] : [path])),
      }
    },

    async placed(rules, which) {
      const entity = entityOf(rules)
      const candidate = entity && (await candidateFor(entity, which))
      const placed = candidate && placedIn(rules, entity, candidate)
      return placed && { entity, rules: placed, added: addedRules(candidate) }
    },

    learn,

    async learnCorrection(correction, accepted, by) {
      const { value: path, replacement: field } = correction
      const row = { accepted: Number(accepted), decided_by: by, decided_at: now() }
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('suggestion_verdicts')
          .values({ entity: CORRECTION, path, model: aboutOf(correction), field, ...row })
          .onConflict((conflict) => conflict.columns(['entity', 'path', 'model', 'field']).doUpdateSet(row))
          .execute()
        const entity = `suggestion:${aboutOf(correction)}.${path}`
        await audit.record({ who: by, action: 'suggestion.decide', entity, after: { to: field, accepted } }, trx)
      })
    },

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

  async function taskOf(entity: SuggestedEntity): Promise<{ ok: true; value: Task } | { ok: false; message: string }> {
    const { models } = entities[entity]
    const reply = await odoo.describe(models)
    if (!reply.ok)
      return {
        ok: false,
        message: 'message' in reply.outcome ? reply.outcome.message : 'Odoo did not tell its fields.',
      }
    const described: Described = Object.fromEntries(models.map((model) => [model, reply.value.models[model] ?? {}]))
    const learned = learnedFrom(await verdictsOf(entity))
    return { ok: true, value: { entity, model: models[0], described, fields: await fieldsOf(entity), learned } }
  }

  async function learn(entity: SuggestedEntity, verdict: Verdict, by: string): Promise<void> {
    const row = { accepted: Number(verdict.accepted), decided_by: by, decided_at: now() }
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto('suggestion_verdicts')
        .values({ entity, path: verdict.path, model: verdict.model, field: verdict.field, ...row })
        .onConflict((conflict) => conflict.columns(['entity', 'path', 'model', 'field']).doUpdateSet(row))
        .execute()
      const after = { to: `${verdict.model}.${verdict.field}`, accepted: verdict.accepted }
      await audit.record(
        { who: by, action: 'suggestion.decide', entity: `suggestion:${entity}.${verdict.path}`, after },
        trx,
      )
    })
  }

  /** The matcher's own, found again: what a browser sends is only its name. */
  async function candidateFor(entity: SuggestedEntity, which: Named): Promise<Candidate | undefined> {
    const task = await taskOf(entity)
    const made = task.ok ? suggest(task.value).find(({ path }) => path === which.path) : undefined
    const named = made ? [made.best, ...made.others] : []
    return named.find((one) => one?.model === which.model && one.field === which.field)
  }

  /** @returns the draft it is in now */
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

  async function fieldsOf(entity: SuggestedEntity): Promise<SourceField[]> {
    const { schema, types } = entities[entity]
    const own = fieldsOfSchema(await contract(), schema).filter(({ path }) => path !== 'attributes')
    return withSamples(own, await recordsOf(types)).filter(({ path }) => path !== 'attributes')
  }

  async function recordsOf(types: readonly string[]): Promise<unknown[]> {
    const kinds = z.array(z.custom<Tables['events']['type']>((type) => typeof type === 'string')).parse(types)
    if (kinds.length === 0) return []
    const rows = await db
      .selectFrom('events')
      .select('payload')
      .where('type', 'in', kinds)
      .orderBy('id', 'desc')
      .limit(SAMPLES)
      .execute()
    return rows.flatMap(({ payload }) => {
      const body = envelope.safeParse(jsonOf(Buffer.from(open(payload)).toString('utf8')))
      return body.success ? [body.data.data] : []
    })
  }

  async function correctionVerdicts(): Promise<Said> {
    const rows = await db.selectFrom('suggestion_verdicts').selectAll().where('entity', '=', CORRECTION).execute()
    return new Map(rows.map(({ path, model, field, accepted }) => [[model, path, field].join('\n'), accepted === 1]))
  }

  async function verdictsOf(entity: string): Promise<Verdict[]> {
    const rows = await db.selectFrom('suggestion_verdicts').selectAll().where('entity', '=', entity).execute()
    return rows.map(({ path, model, field, accepted }) => ({ path, model, field, accepted: accepted === 1 }))
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

const entityOf = ({ name }: RuleSet): SuggestedEntity | undefined =>
  suggestedEntities.find((entity) => entity === suggestedSets[name])

/** The rules with the candidate in them; undefined where it belongs to other rules, or has no place in these. */
const placedIn = (rules: RuleSet, entity: string, candidate: Candidate): RuleSet | undefined =>
  ruleSetOf(entity, candidate) === rules.name ? withSuggested(rules, candidate) : undefined

const candidateOf = (candidate: Candidate) => ({
  model: candidate.model,
  field: candidate.field,
  label: candidate.label,
  rules: addedRules(candidate),
  within: candidate.within ?? null,
})

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

const openApi = z.looseObject({ components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }) })

/** The storefront's contract, read when suggestions are asked for. */
async function contract(): Promise<z.infer<typeof openApi>> {
  const { parse } = await import('yaml')
  return openApi.parse(parse(await readFile(join(import.meta.dirname, '../../shared/clarity.openapi.yaml'), 'utf8')))
}
const envelope = z.looseObject({ data: z.record(z.string(), z.unknown()) })
const itemsShape = z.looseObject({
  items: z.array(z.looseObject({ sku: z.string(), name: z.string().optional() })),
})
