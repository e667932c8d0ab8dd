import { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { remedyOf } from '../../shared/causes.ts'
import { problemList } from '../ledger/problems.ts'
import type { EventDetail, ReviewRow } from '../ledger/queries.ts'
import { approvable } from '../ledger/reviews.ts'
import type { components } from '../panel/schema.d.ts'
import { correctionOf, correctionRoutes } from './corrections.ts'
import { HIDDEN, mask } from './mask.ts'
import type { PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { cursor, given, limit } from './query.ts'
import { sessionOf } from './session.ts'
import { attemptView, eventView, instant, linkView } from './views.ts'

type Schemas = components['schemas']

/** Lists events, tells one's trace, and moves one: replay and dismiss. */
export function activityRoutes(ports: PanelPorts, log: Pick<Logger, 'info'>): Router {
  const { queries, ledger } = ports
  const router = Router()

  router.get('/events', async (req, res) => {
    const query = listQuery.parse(req.query)
    const page = await queries.list({
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
      ...(query.state ? { states: query.state } : {}),
      ...(query.type ? { types: [query.type] } : {}),
      ...(query.cause ? { cause: query.cause } : {}),
      ...(query.q ? { search: query.q } : {}),
    })
    const body: Schemas['EventPage'] = {
      items: page.rows.map(eventView),
      nextCursor: page.next === null ? null : String(page.next),
    }
    res.json(body)
  })

  router.get('/events/:id', async (req, res) => {
    res.json(await traceOf(ports, await find(req)))
  })

  router.post('/events/:id/reveal', async (req, res) => {
    const event = await find(req)
    const who = sessionOf(res).user
    await ports.audit.record({ who, action: 'event.reveal', entity: `event:${event.id}` })
    log.info({ requestId: res.locals.requestId, user: who, event: event.id }, 'payload shown in full')
    res.json(payloadOf(event.correction ?? event.payload, 'personal'))
  })

  router.use(correctionRoutes(find))
  router.post('/events/:id/correct', async (req, res) => {
    const event = await find(req)
    const correction = correctionOf(event, req.body)
    await move(req, res, async (id, by) => {
      const { moved, fault } = await ledger.correct(id, correction, by)
      if (fault !== undefined)
        throw new Refusal(422, 'invalid_correction', fault, 'Correct the field that is named, and try again.')
      return { moved }
    })
  })

  router.post('/events/:id/approve', async (req, res) => {
    const event = await find(req)
    if (event.state === 'held' && !approvable.has(event.cause ?? ''))
      throw new Refusal(
        409,
        'not_approvable',
        'What this event is held for cannot be approved: it has to be mended.',
        remedyOf(event.cause),
      )
    await move(req, res, (id, by) => ledger.approve(id, by))
  })

  router.post('/events/:id/assign', async (req, res) => {
    const event = await find(req)
    const { assignee } = assignment.parse(req.body)
    if (!(await ledger.assign(event.id, assignee, sessionOf(res).user))) throw notOpen(event)
    res.json(await traceOf(ports, await find(req)))
  })

  router.post('/events/:id/comments', async (req, res) => {
    const event = await find(req)
    await ledger.comment(event.id, remark.parse(req.body).text, sessionOf(res).user)
    res.json(await traceOf(ports, await find(req)))
  })

  router.get('/reviews', async (req, res) => {
    const { rows, next, assignees } = await queries.reviews(reviewQuery.parse(req.query))
    const body: Schemas['ReviewPage'] = {
      items: rows.map(reviewView),
      nextCursor: next === null ? null : String(next),
      assignees,
    }
    res.json(body)
  })

  router.post('/events/:id/replay', async (req, res) => {
    await move(req, res, (id, by) => ledger.replay({ ids: [id] }, by))
  })

  router.post('/events/:id/dismiss', async (req, res) => {
    const { reason } = dismissal.parse(req.body)
    await move(req, res, (id, by) => ledger.dismiss({ ids: [id] }, reason, by))
  })

  async function find(req: Request): Promise<EventDetail> {
    const id = eventId.safeParse(req.params.id)
    const event = id.success ? await queries.detail(id.data) : undefined
    if (event) return event
    throw new Refusal(
      404,
      'no_such_event',
      `There is no event ${String(req.params.id).slice(0, 40)}.`,
      'It may have been removed after its retention time. Search the activity for its order number.',
    )
  }

  async function move(req: Request, res: Response, how: (id: number, by: string) => Promise<{ moved: number }>) {
    const event = await find(req)
    const { moved } = await how(event.id, sessionOf(res).user)
    if (moved === 0) throw notOpen(event)
    res.json(await traceOf(ports, await find(req)))
  }

  return router
}

const notOpen = (event: EventDetail) =>
  new Refusal(
    409,
    'not_open',
    `Event ${event.id} does not wait for a person: it is ${event.state}.`,
    'Reload the page: somebody may have been faster, or it went through by itself.',
  )

const reviewView = ({ facts, assignee, comments, ...row }: ReviewRow): Schemas['Review'] => {
  const shown = factsShape.safeParse(facts)
  return {
    event: eventView(row),
    assignee,
    comments,
    facts: shown.success ? shown.data : null,
    approvable: approvable.has(row.cause ?? ''),
  }
}

function correctionView(event: EventDetail): Schemas['EventTrace']['correction'] {
  if (event.correction === null) return null
  return {
    payload: payloadOf(event.correction, 'nothing'),
    by: event.correctedBy ?? '',
    at: instant(event.correctedAt ?? 0),
  }
}

async function traceOf(ports: PanelPorts, event: EventDetail): Promise<Schemas['EventTrace']> {
  const links = await ports.linksOf(event.lane)
  const problems = problemList.safeParse(event.details)
  const facts = factsShape.safeParse(event.details)
  return {
    event: eventView(event),
    webhookId: event.webhookId,
    payload: payloadOf(event.payload, 'nothing'),
    correction: correctionView(event),
    review: {
      assignee: event.assignee,
      approvable: event.state === 'held' && approvable.has(event.cause ?? ''),
      comments: event.comments.map((comment) => ({ ...comment, at: instant(comment.at) })),
    },
    settledBy: event.settledBy,
    attempts: event.attemptLog.map(attemptView),
    problems: problems.success ? problems.data : [],
    facts: facts.success ? facts.data : null,
    remedy: needsPerson(event) ? (problems.success && problems.data[0]?.remedy) || remedyOf(event.cause) : null,
    links: links.map(linkView),
    related: event.related.map(eventView).reverse(),
  }
}

function payloadOf(text: string, keep: 'nothing' | 'personal'): Schemas['Payload'] {
  const bytes = Buffer.byteLength(text)
  try {
    const { value, masked } = mask(JSON.parse(text), keep)
    return { body: value, bytes, masked }
  } catch {
    // Not JSON: what is personal in it cannot be told apart, so all of it is hidden until asked for.
    return keep === 'personal' ? { body: text, bytes, masked: false } : { body: HIDDEN, bytes, masked: bytes > 0 }
  }
}

const assignment = z.strictObject({ assignee: z.string().trim().min(1).max(100).nullable() })
const remark = z.strictObject({ text: z.string().trim().min(1).max(2000) })
const reviewQuery = z.object({
  cursor: cursor.optional(),
  limit: limit.optional(),
  cause: z.string().max(100).optional(),
  assignee: z.string().max(100).optional(),
})
const dismissal = z.strictObject({ reason: z.string().trim().min(1).max(500) })

const needsPerson = (event: EventDetail): boolean => event.state === 'dead' || event.state === 'held'

const eventStates = [
  'ready',
  'running',
  'done',
  'skipped',
  'dead',
  'held',
  'dismissed',
] as const satisfies readonly Schemas['EventState'][]
const eventId = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const listQuery = z.object({
  cursor: given(cursor),
  limit: limit.default(50),
  state: given(
    z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(eventStates))),
  ),
  type: given(z.string().max(100)),
  cause: given(z.string().max(100)),
  q: given(z.string().trim().max(200)),
})

const factsShape = z.record(z.string(), z.unknown())
