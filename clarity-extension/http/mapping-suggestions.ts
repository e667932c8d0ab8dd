import { type Request, Router } from 'express'
import { z } from 'zod'
import { invariantsOf } from '../assist/proof.ts'
import { ruleSet } from '../mapping/rule-shape.ts'
import type { RuleSet } from '../mapping/rules.ts'
import { type History, liveRules, saveDraft } from '../mapping/versions.ts'
import type { components } from '../panel/schema.d.ts'
import { ConflictRefusal, InvalidRulesRefusal, noSuchMapping, refusalOf } from './mapping-refusals.ts'
import { mappingView, previewView } from './mapping-views.ts'
import type { PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'

type Schemas = components['schemas']

/** Suggested rules in the place they would have: proven on stored events, then taken over by a person or refused. */
export function mappingSuggestionRoutes({
  mappings: desk,
  suggestions,
}: Pick<PanelPorts, 'mappings' | 'suggestions'>): Router {
  const router = Router()

  router.get('/mappings/:mapping/suggestions', async (req, res) => {
    const history = await find(req)
    const made = await suggestions.forRules(history.draft?.rules ?? liveRules(history))
    if (made && !made.ok)
      throw new Refusal(
        503,
        'odoo_does_not_answer',
        made.message,
        'Test the connection to Odoo, then ask again: its fields are needed.',
      )
    const body: Schemas['MappingSuggestions'] = made
      ? {
          entity: made.entity,
          model: made.model,
          unsuggested: made.unsuggested,
          items: made.items.map(({ candidates, ...item }) => ({
            ...item,
            candidates: candidates.map(({ rules, ...candidate }) => ({ ...candidate, rules: plain(rules) })),
          })),
        }
      : { entity: null, model: 'off', unsuggested: [], items: [] }
    res.json(body)
  })

  router.post('/mappings/:mapping/suggestions/trial', async (req, res) => {
    const { rules, last, ...which } = trialBody.parse(req.body)
    const before = rulesOn(await find(req), rules)
    const placed = await placedOr(before, which)
    const [report, described, tables] = await Promise.all([
      desk.preview(placed.rules, { last }),
      desk.fields(placed.rules),
      desk.tables(),
    ])
    const proof = { live: before, set: placed.rules, added: placed.added, tried: report }
    const body: Schemas['SuggestionTrial'] = {
      added: plain(placed.added),
      preview: previewView(report),
      invariants: invariantsOf(proof, described, tables),
    }
    res.json(body)
  })

  router.post('/mappings/:mapping/suggestions/accept', async (req, res) => {
    const { rules, seen, ...which } = acceptBody.parse(req.body)
    const history = await find(req)
    const placed = await placedOr(rulesOn(history, rules), which)
    const by = sessionOf(res).user
    const moved = await desk.rulebook.move(history.name, '', by, (now, who) => saveDraft(now, placed.rules, seen, who))
    if (!moved) throw noSuchMapping(history.name)
    if (!moved.ok) throw moved.code === 'conflict' ? new ConflictRefusal(moved, await find(req)) : refusalOf(moved)
    await suggestions.learn(placed.entity, { ...which, accepted: true }, by)
    const draft = moved.history.draft?.rules ?? placed.rules
    const body: Schemas['Mapping'] = mappingView(
      moved.history,
      await desk.rulebook.counts(history.name),
      await desk.fields(draft),
      await desk.tables(),
    )
    res.json(body)
  })

  async function find(req: Request): Promise<History> {
    const name = String(req.params.mapping)
    const history = await desk.rulebook.history(name)
    if (!history) throw noSuchMapping(name)
    return history
  }

  async function placedOr(rules: RuleSet, which: z.infer<typeof named>) {
    const placed = await suggestions.placed(rules, which)
    if (placed) return placed
    throw new Refusal(
      409,
      'no_longer_suggested',
      `${which.path} is not suggested as ${which.field} for these rules.`,
      'They may say so already, or Odoo’s fields have changed. Reload the page for what is suggested now.',
    )
  }

  return router
}

/** What stands on the screen, or else the draft, or else what is live. */
function rulesOn(history: History, given: unknown): RuleSet {
  if (given === undefined) return history.draft?.rules ?? liveRules(history)
  const parsed = ruleSet.safeParse(given)
  if (parsed.success && parsed.data.name === history.name) return parsed.data
  const faults = parsed.success
    ? [{ at: '/name', level: 'error' as const, message: `is “${parsed.data.name}”, not “${history.name}”` }]
    : parsed.error.issues.map(({ path, message }) => ({
        at: `/${path.map(String).join('/')}`,
        level: 'error' as const,
        message,
      }))
  throw new InvalidRulesRefusal(faults)
}

const plain = (rules: readonly object[]): Schemas['Rule'][] => rules.map((rule) => ruleShape.parse({ ...rule }))
const ruleShape = z.looseObject({ to: z.string() })

const named = z.strictObject({
  path: z.string().min(1).max(300),
  model: z.string().min(1).max(100),
  field: z.string().min(1).max(100),
})
const trialBody = named.extend({
  rules: z.unknown().optional(),
  last: z.int().min(1).max(1000).default(100),
})
const acceptBody = named.extend({ rules: z.unknown().optional(), seen: z.int().min(0) })
