import { type Request, Router } from 'express'
import { z } from 'zod'
import { entityNames } from '../../shared/switches.ts'
import { readingOf } from '../load/loads.ts'
import { decisions, type Known, type LoadRow } from '../load/types.ts'
import type { components } from '../panel/schema.d.ts'
import { type Loadable, type LoadState, type LoadsPort, loadActions } from './ports.ts'
import { Refusal } from './problem.ts'
import { cursor, limit } from './query.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** First loads: the dry run, what a person decides, and bringing over what is left. */
export function loadRoutes(loads: LoadsPort): Router {
  const router = Router()

  router.get('/loads', async (_req, res) => {
    const body: Schemas['Loads'] = { items: (await loads.list()).map(loadable) }
    res.json(body)
  })

  router.post('/loads', async (req, res) => {
    const { entity } = newLoad.parse(req.body ?? {})
    const begun = await loads.begin(entity, sessionOf(res).user)
    if (typeof begun === 'string') throw refusalOf[begun]
    const body: Schemas['Load'] = view(begun)
    res.json(body)
  })

  router.get('/loads/:id/rows', async (req, res) => {
    const { cursor, limit, ...query } = rowQuery.parse(req.query)
    const page = (await loads.rows(idOf(req), { ...query, cursor, limit })) ?? missing()
    const body: Schemas['LoadRowPage'] = {
      items: page.rows.map(rowView),
      nextCursor: page.next === null ? null : String(page.next),
    }
    res.json(body)
  })

  router.post('/loads/:id/decisions', async (req, res) => {
    const { row, why, decision, target } = decisionRequest.parse(req.body ?? {})
    const which = row === undefined ? { why: why ?? '' } : { row: Number(row) }
    const decided = await loads.decide(idOf(req), which, { decision, target }, sessionOf(res).user)
    if ((decided ?? missing()) === 0) throw nothingToDecide
    const body: Schemas['Decided'] = { decided: decided ?? 0 }
    res.json(body)
  })

  router.post('/loads/:id/:action', async (req, res) => {
    const action = z.enum(loadActions).safeParse(req.params.action)
    if (!action.success) throw missing()
    const state = (await loads.act(idOf(req), action.data, sessionOf(res).user)) ?? missing()
    if (state === 'not_now') throw notNow
    const body: Schemas['Load'] = view(state)
    res.json(body)
  })

  return router
}

const newLoad = z.strictObject({ entity: z.enum(entityNames) })
const rowQuery = z.object({
  verdict: z.enum(['new', 'linked', 'conflict', 'skipped']).optional(),
  state: z.enum(['out', 'waiting', 'done', 'left', 'failed']).optional(),
  why: z.string().max(60).optional(),
  undecided: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  cursor: cursor.optional(),
  limit: limit.default(50),
})
const decisionRequest = z
  .strictObject({
    row: z
      .string()
      .regex(/^\d{1,15}$/, 'is not a row of this list')
      .optional(),
    why: z.string().max(60).optional(),
    decision: z.enum(decisions),
    target: z.string().max(200).optional(),
  })
  .refine(({ row, why }) => (row === undefined) !== (why === undefined), {
    error: 'give either row or why',
    path: ['row'],
  })
  .refine(({ row, decision, target }) => row === undefined || decision !== 'link' || target !== undefined, {
    error: 'names the record that it is linked to',
    path: ['target'],
  })

const refusalOf = {
  not_loadable: new Refusal(
    409,
    'not_loadable',
    'There is no first load of this entity from the side that is its record.',
    'Change the owner of the entity, or bring it over by hand.',
  ),
  switched_off: new Refusal(
    409,
    'switched_off',
    'This direction is switched off; nothing would be brought over.',
    'Switch it on under Entities, then begin again.',
  ),
  busy: new Refusal(
    409,
    'load_under_way',
    'A first load of this entity is under way.',
    'Let it end, or cancel it, then begin again.',
  ),
}
const notNow = new Refusal(
  409,
  'not_now',
  'The first load is in another state by now.',
  'Reload the page and look what it is doing.',
)
const nothingToDecide = new Refusal(
  409,
  'nothing_to_decide',
  'Nothing was decided: it was decided or brought over already, or this is not possible for it.',
  'Reload the page; it shows what can be decided.',
)

function missing(): never {
  throw new Refusal(404, 'no_such_load', 'There is no such first load.', 'Reload the page: a newer one took its place.')
}

const idOf = (req: Request): number => z.coerce.number().int().positive().safeParse(req.params.id).data ?? missing()

const maybe = (ms: number | null): string | null => (ms === null ? null : instant(ms))

const loadable = ({ entity, direction, cause, state }: Loadable): Schemas['Loadable'] => ({
  ...{ entity, direction, cause },
  load: state && view(state),
})

function view({ load, tally }: LoadState): Schemas['Load'] {
  const { total, done, left, failed, perSecond } = tally.progress
  const waiting = total - done - left - failed
  const reading = readingOf(load)
  return {
    id: String(load.id),
    entity: load.entity,
    direction: load.direction,
    state: load.state,
    message: reading ? null : load.message,
    reading: reading ?? null,
    madeBy: load.madeBy,
    madeAt: instant(load.madeAt),
    startedAt: maybe(load.startedAt),
    finishedAt: maybe(load.finishedAt),
    counts: tally.verdicts,
    open: tally.open,
    skipped: tally.skipped,
    progress: {
      ...{ total, waiting, done, left, failed },
      perSecond: perSecond === null ? null : Math.round(perSecond * 10) / 10,
      secondsLeft: perSecond ? Math.ceil(waiting / perSecond) : null,
    },
  }
}

const shown = ({ id, label, keys }: Known): Schemas['LoadRecord'] => ({ id, label, keys })

const rowView = (row: LoadRow): Schemas['LoadRow'] => ({
  id: String(row.id),
  source: row.source ? shown(row.source) : null,
  target: row.target,
  candidates: row.candidates.map(shown),
  verdict: row.verdict,
  why: row.why,
  choices: [...row.choices],
  decision: row.decision,
  decidedBy: row.decidedBy,
  state: row.state,
  message: row.said?.message ?? null,
  problems: (row.said?.problems ?? []).map(({ code, field = null, value = null, message, remedy }) => ({
    ...{ code, field, value, message, remedy },
  })),
})
