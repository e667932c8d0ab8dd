import { type Request, Router } from 'express'
import { z } from 'zod'
import { ruleSetOf } from '../assist/drafting.ts'
import type { Candidate, Suggestion } from '../assist/suggest.ts'
import type { components } from '../panel/schema.d.ts'
import type { SuggestionsPort } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'

type Schemas = components['schemas']

/** What may be mapped to what, and what a dead letter probably meant. Nothing is changed but by a person's word. */
export function suggestionRoutes(suggestions: SuggestionsPort): Router {
  const router = Router()

  router.get('/suggestions/:entity', async (req, res) => {
    const entity = entityIn(req)
    const made = await suggestions.of(entity)
    if (!made.ok)
      throw new Refusal(
        503,
        'odoo_does_not_answer',
        made.message,
        'Test the connection to Odoo, then ask again: its fields are needed.',
      )
    const body: Schemas['Suggestions'] = {
      entity,
      model: made.model,
      items: made.suggestions.map((one) => view(one, one.best && ruleSetOf(entity, one.best))),
    }
    res.json(body)
  })

  router.post('/suggestions/:entity/verdict', async (req, res) => {
    const entity = entityIn(req)
    const verdict = verdictRequest.parse(req.body ?? {})
    await suggestions.learn(entity, verdict, sessionOf(res).user)
    const body: Schemas['SuggestionVerdict'] = { learned: true }
    res.json(body)
  })

  router.get('/lookups/:table/suggestions', async (req, res) => {
    const made = await suggestions.values(req.params.table)
    if (!made)
      throw new Refusal(
        404,
        'no_such_table',
        'There is no value table of this name.',
        'Choose one of those that the value tables list.',
      )
    const body: Schemas['ValueSuggestions'] = { items: made }
    res.json(body)
  })

  router.get('/events/:id/corrections', async (req, res) => {
    const id = z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .safeParse(req.params.id)
    const found = id.success ? await suggestions.corrections(id.data) : undefined
    if (!found)
      throw new Refusal(
        404,
        'no_such_event',
        `There is no event ${String(req.params.id).slice(0, 40)}.`,
        'Search the activity for its order number.',
      )
    const body: Schemas['Corrections'] = { items: found }
    res.json(body)
  })

  return router
}

const verdictRequest = z.strictObject({
  path: z.string().min(1).max(300),
  model: z.string().min(1).max(100),
  field: z.string().min(1).max(100),
  accepted: z.boolean(),
})

export const suggestedEntities = ['order', 'customer', 'product', 'invoice', 'shipment'] as const
export type SuggestedEntity = (typeof suggestedEntities)[number]

function entityIn(req: Request): SuggestedEntity {
  const entity = suggestedEntities.find((one) => one === req.params.entity)
  if (entity) return entity
  throw new Refusal(
    404,
    'no_such_entity',
    'There are no suggestions for this entity.',
    `There are some for ${suggestedEntities.join(', ')}.`,
  )
}

const view = (
  { path, best, others, confidence, certain, reasons }: Suggestion,
  mapping: string | undefined,
): Schemas['Suggestion'] => ({
  path,
  best: best ? candidateView(best) : null,
  others: others.map(candidateView),
  mapping: mapping ?? null,
  confidence,
  certain,
  reasons,
})

const candidateView = ({
  model,
  field,
  label,
  rule,
  back,
  within,
  table,
}: Candidate): Schemas['SuggestionCandidate'] => ({
  model,
  field,
  label,
  rule: rule ?? null,
  back: back ?? null,
  within: within ?? null,
  table: table ?? null,
})
