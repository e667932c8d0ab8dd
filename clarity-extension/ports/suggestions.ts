import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { jsonOf } from '../../shared/json.ts'
import { addedRules, readBy, ruleSetOf, suggestedSets, withSuggested } from '../assist/drafting.ts'
import { learnedFrom } from '../assist/learning.ts'
import { adviseOn } from '../assist/model/advised.ts'
import type { Advisor } from '../assist/model/advisor.ts'
import { fieldsOfSchema, type SourceField, withSamples } from '../assist/schema.ts'
import { type Candidate, suggest, type Task } from '../assist/suggest.ts'
import type { Audit } from '../audit/audit.ts'
import type { Named, SuggestionsPort } from '../http/ports.ts'
import { type SuggestedEntity, suggestedEntities } from '../http/suggestions.ts'
import type { RuleSet } from '../mapping/rules.ts'
import { sourceFields } from '../mapping/sources.ts'
import type { Described } from '../mapping/validate.ts'
import type { Tables } from '../store/schema.ts'
import { type CorrectionParts, correctionsPort } from './corrections.ts'
import { createVerdicts } from './verdicts.ts'

export interface SuggestionParts extends Omit<CorrectionParts, 'verdicts'> {
  /** What the store holds of a payload, as it came. */
  open(stored: Uint8Array): Uint8Array
  odoo: Pick<OdooClient, 'describe' | 'choices'>
  audit: Audit
  advisor: Advisor | undefined
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
  const verdicts = createVerdicts(db, audit, now)
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

    learn: (entity, verdict, by) =>
      verdicts.learn(entity, verdict, { of: entity, to: `${verdict.model}.${verdict.field}` }, by),

    ...correctionsPort({ db, odoo, queries, tables, verdicts }),
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
    const learned = learnedFrom(await verdicts.of(entity))
    return { ok: true, value: { entity, model: models[0], described, fields: await fieldsOf(entity), learned } }
  }

  /** The matcher's own, found again: what a browser sends is only its name. */
  async function candidateFor(entity: SuggestedEntity, which: Named): Promise<Candidate | undefined> {
    const task = await taskOf(entity)
    const made = task.ok ? suggest(task.value).find(({ path }) => path === which.path) : undefined
    const named = made ? [made.best, ...made.others] : []
    return named.find((one) => one?.model === which.model && one.field === which.field)
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

const openApi = z.looseObject({ components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }) })

/** The storefront's contract, read when suggestions are asked for. */
async function contract(): Promise<z.infer<typeof openApi>> {
  const { parse } = await import('yaml')
  return openApi.parse(parse(await readFile(join(import.meta.dirname, '../../shared/clarity.openapi.yaml'), 'utf8')))
}
const envelope = z.looseObject({ data: z.record(z.string(), z.unknown()) })
