import { Router } from 'express'
import { z } from 'zod'
import { causeOf, remedyOf } from '../../shared/causes.ts'
import type { FailureGroup } from '../ledger/queries.ts'
import type { components } from '../panel/schema.d.ts'
import type { PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { given, limit } from './query.ts'
import { sessionOf } from './session.ts'
import { eventView, instant } from './views.ts'

type Schemas = components['schemas']

export interface FailurePorts {
  queries: Pick<PanelPorts['queries'], 'failures'>
  ledger: Pick<PanelPorts['ledger'], 'replay' | 'dismiss'>
}

/** What waits for a person, by what has to be mended: one group is one thing to mend, however many events it stopped. */
export function failureRoutes({ queries, ledger }: FailurePorts): Router {
  const router = Router()

  router.get('/failures', async (req, res) => {
    const { groups, total, events } = await queries.failures(pageQuery.parse(req.query))
    const body: Schemas['FailureGroups'] = { items: groups.map(groupView), total, events }
    res.json(body)
  })

  router.post('/failures/replay', async (req, res) => {
    const body: Schemas['Moved'] = await ledger.replay(selection.parse(req.body), sessionOf(res).user)
    res.json(body)
  })

  router.post('/failures/dismiss', async (req, res) => {
    const { which, reason } = dismissal.parse(req.body)
    const body: Schemas['Moved'] = await ledger.dismiss(which, reason, sessionOf(res).user)
    res.json(body)
  })

  router.get('/causes/:cause', (req, res) => {
    const code = String(req.params.cause)
    const cause = causeOf(code)
    if (!cause)
      throw new Refusal(
        404,
        'no_such_cause',
        'There is no such cause.',
        'Reload the page: it shows every cause that there is now.',
      )
    const body: Schemas['Cause'] = { code, ...cause, classes: [...cause.classes], reasons: [...cause.reasons] }
    res.json(body)
  })

  return router
}

function groupView({ oldestAt, newestAt, details, ...rest }: FailureGroup): Schemas['FailureGroup'] {
  const problems = problemShape.safeParse(details)
  return {
    ...rest,
    firstAt: instant(oldestAt),
    lastAt: instant(newestAt),
    message: rest.message ?? '',
    remedy: problems.success ? problems.data[0].remedy : remedyOf(rest.cause),
    sample: rest.sample.map(eventView),
  }
}

const state = z.enum(['dead', 'held'])
const pageQuery = z.object({
  state: given(state),
  cause: given(z.string().max(100)),
  limit: given(limit),
  offset: given(z.coerce.number().int().min(0).max(100_000)),
})

const moment = z.iso
  .datetime()
  .transform((text) => Date.parse(text))
  .optional()
const selection = z
  .strictObject({
    cause: z.string().min(1).max(100).optional(),
    field: z.string().max(500).optional(),
    value: z.string().max(200).optional(),
    state: state.optional(),
    from: moment,
    to: moment,
  })
  // A request that lost its body must not move everything.
  .refine(({ cause, from }) => cause !== undefined || from !== undefined, {
    path: ['cause'],
    message: 'name a cause, or since when',
  })
const dismissal = z.strictObject({ which: selection, reason: z.string().trim().min(1).max(500) })
const problemShape = z.tuple([z.object({ remedy: z.string().min(1) })], z.unknown())
