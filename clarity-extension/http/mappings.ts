import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { lint } from '../mapping/lint.ts'
import { ruleSet } from '../mapping/rule-shape.ts'
import type { RuleSet } from '../mapping/rules.ts'
import { activate, discardDraft, type History, liveRules, rollBack, saveDraft } from '../mapping/versions.ts'
import type { components } from '../panel/schema.d.ts'
import type { MappingDesk, PreviewSelection } from './mapping-ports.ts'
import { ConflictRefusal, InvalidRulesRefusal, noSuchMapping, noSuchVersion, refusalOf } from './mapping-refusals.ts'
import {
  mappingView,
  previewView,
  recordView,
  ruleSetView,
  schemaView,
  summaryView,
  testView,
  versionOf,
} from './mapping-views.ts'
import type { PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'

type Schemas = components['schemas']

/** Rule sets: read, edited as a draft, tried on events, made live, rolled back. */
export function mappingRoutes({ mappings: desk, queries }: Pick<PanelPorts, 'mappings' | 'queries'>): Router {
  const { rulebook } = desk
  const router = Router()

  router.get('/mappings', async (_req, res) => {
    const histories = await rulebook.histories()
    const items = await Promise.all(
      histories.map(async (history) => {
        const types = desk.delivered.find(({ rules }) => rules.name === history.name)?.events ?? []
        const states = ['dead', 'held'] as const
        const waiting = types.length > 0 ? (await queries.list({ types, states, limit: 200 })).rows.length : 0
        return summaryView(history, await rulebook.counts(history.name), waiting)
      }),
    )
    res.json({ items })
  })

  router.get('/mappings/:mapping', async (req, res) => answer(res, await find(req)))

  router.get('/mappings/:mapping/schema', async (req, res) => {
    const rules = liveRules(await find(req))
    const fields = await desk.fields(rules)
    const body: Schemas['MappingSchema'] = schemaView(rules, fields, await desk.tables())
    res.json(body)
  })

  router.get('/mappings/:mapping/versions/:version', async (req, res) => {
    const body: Schemas['RuleSet'] = ruleSetView(versionOf(await find(req), versionNumber(req)).rules)
    res.json(body)
  })

  router.get('/mappings/:mapping/versions/:version/records', async (req, res) => {
    const { cursor, limit } = recordQuery.parse(req.query)
    const version = versionOf(await find(req), versionNumber(req)).number
    const rows = await rulebook.touched(nameOf(req), version, { limit, ...(cursor && { before: cursor }) })
    const last = rows.length === limit ? rows.at(-1) : undefined
    const body: Schemas['MappingRecordPage'] = {
      items: rows.map(recordView),
      nextCursor: last ? `${last.writtenAt}:${last.clarityId}` : null,
    }
    res.json(body)
  })

  router.put('/mappings/:mapping/draft', async (req, res) => {
    const { seen, rules, base } = draftBody.parse(req.body)
    const given = rulesOf(rules)
    await move(req, res, '', (history, who) => {
      ofThisSet(given, liveRules(history))
      return saveDraft(history, given, seen, who, base)
    })
  })

  router.delete('/mappings/:mapping/draft', (req, res) => move(req, res, '', discardDraft))

  router.post('/mappings/:mapping/activate', async (req, res) => {
    const { seen, note } = activateBody.parse(req.body)
    const { draft } = await find(req)
    const faults = draft ? lint(draft.rules, {}, await desk.tables()).filter(({ level }) => level === 'error') : []
    if (faults.length > 0) throw new InvalidRulesRefusal(faults)
    await move(req, res, note, (history, who) => activate(history, seen, note, who))
  })

  router.post('/mappings/:mapping/rollback', async (req, res) => {
    const { to, note } = rollbackBody.parse(req.body)
    await move(req, res, note, (history) => rollBack(history, to))
  })

  router.post('/mappings/:mapping/test', async (req, res) => {
    const { rules, eventId, event } = testBody.parse(req.body)
    const history = await find(req)
    const tried = rules === undefined ? (history.draft?.rules ?? liveRules(history)) : rulesOf(rules)
    const stored = event === undefined ? await storedEvent(history, eventId) : undefined
    const given = stored ? { type: stored.type, payload: stored.correction ?? stored.payload } : pasted(event)
    const body: Schemas['MappingTest'] = testView(await desk.rehearse(given, tried), stored)
    res.json(body)
  })

  router.post('/mappings/:mapping/preview', async (req, res) => {
    const { rules, ...which } = previewBody.parse(req.body)
    const history = await find(req)
    const tried = rules === undefined ? (history.draft?.rules ?? liveRules(history)) : rulesOf(rules)
    const body: Schemas['MappingPreview'] = previewView(await desk.preview(tried, selectionOf(which)))
    res.json(body)
  })

  router.post('/mappings/:mapping/replay', async (req, res) => {
    const { ids, version } = replayBody.parse(req.body)
    const { name } = await find(req)
    const by = sessionOf(res).user
    const moved = ids ? await desk.replay(ids, by) : await desk.replayTouched(name, version ?? 0, by)
    const body: Schemas['Moved'] = moved
    res.json(body)
  })

  async function find(req: Request): Promise<History> {
    const history = await rulebook.history(nameOf(req))
    if (!history) throw noSuchMapping(nameOf(req))
    return history
  }

  async function answer(res: Response, history: History): Promise<void> {
    const fields = history.draft ? await desk.fields(history.draft.rules) : {}
    const body: Schemas['Mapping'] = mappingView(
      history,
      await rulebook.counts(history.name),
      fields,
      await desk.tables(),
    )
    res.json(body)
  }

  async function move(req: Request, res: Response, note: string, change: Change): Promise<void> {
    const moved = await rulebook.move(nameOf(req), note, sessionOf(res).user, change)
    if (!moved) throw noSuchMapping(nameOf(req))
    if (moved.ok) return answer(res, moved.history)
    if (moved.code !== 'conflict') throw refusalOf(moved)
    throw new ConflictRefusal(moved, await find(req))
  }

  /** The chosen event, or the newest of the rule set's own. */
  async function storedEvent({ name }: History, id: number | undefined) {
    const types = desk.delivered.find(({ rules }) => rules.name === name)?.events ?? []
    const newest = async () => (await queries.list({ types, limit: 1 })).rows[0]?.id
    const found = id ?? (await newest())
    const event = found === undefined ? undefined : await queries.detail(found)
    if (event && types.some((type) => type === event.type)) return event
    throw new Refusal(
      404,
      'no_event_to_test',
      id === undefined ? 'There is no event of this kind yet.' : `Event ${id} is not one that ${name} maps.`,
      `Choose or paste an event of one of these kinds: ${types.join(', ')}.`,
    )
  }

  function pasted(event: unknown): { type: string; payload: string } {
    const envelope = envelopeShape.safeParse(event)
    const type = envelope.success ? envelope.data.type : 'order.updated'
    const whole = envelope.success ? envelope.data : { type, timestamp: new Date(0).toISOString(), data: event }
    return { type, payload: JSON.stringify(whole) }
  }

  return router
}

type Change = Parameters<MappingDesk['rulebook']['move']>[3]

function rulesOf(given: unknown): RuleSet {
  const parsed = ruleSet.safeParse(given)
  if (parsed.success) return parsed.data
  throw new InvalidRulesRefusal(
    parsed.error.issues.map(({ path, message }) => ({
      at: `/${path.map(String).join('/')}`,
      level: 'error' as const,
      message,
    })),
  )
}

/** A rule set keeps what it is: only its rules change. */
function ofThisSet(given: RuleSet, live: RuleSet): void {
  for (const field of ['name', 'entity', 'direction', 'model'] as const) {
    if (given[field] === live[field]) continue
    throw new InvalidRulesRefusal([
      { at: `/${field}`, level: 'error', message: `is “${given[field]}”; of these rules it is “${live[field]}”` },
    ])
  }
}

function selectionOf({ last, ids, version }: Omit<z.infer<typeof previewBody>, 'rules'>): PreviewSelection {
  if (ids) return { ids }
  return version === undefined ? { last: last ?? 100 } : { version }
}

const nameOf = (req: Request): string => String(req.params.mapping)

function versionNumber(req: Request): number {
  const number = z.coerce.number().int().min(1).safeParse(req.params.version)
  if (number.success) return number.data
  throw noSuchVersion(String(req.params.version).slice(0, 20))
}

const id = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const version = z.int().min(1)
const note = z.string().trim().min(1, 'say why, in a few words').max(500)
const draftBody = z.strictObject({ seen: z.int().min(0), base: version.optional(), rules: z.unknown() })
const activateBody = z.strictObject({ seen: version, note })
const rollbackBody = z.strictObject({ to: version, note })
const testBody = z.strictObject({
  rules: z.unknown().optional(),
  eventId: id.optional(),
  event: z.unknown().optional(),
})
const previewBody = z.strictObject({
  rules: z.unknown().optional(),
  last: z.int().min(1).max(1000).optional(),
  ids: z.array(id).max(1000).optional(),
  version: version.optional(),
})
const replayBody = z
  .strictObject({ version: version.optional(), ids: z.array(id).max(1000).optional() })
  .refine((given) => (given.ids === undefined) !== (given.version === undefined), 'needs either version or ids')
const envelopeShape = z.looseObject({ type: z.string(), data: z.unknown() })
const recordQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,15}:.+$/, 'is not a cursor that this list gave')
    .transform((text) => {
      const colon = text.indexOf(':')
      return { writtenAt: Number(text.slice(0, colon)), record: text.slice(colon + 1) }
    })
    .optional(),
})
