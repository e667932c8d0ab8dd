import { Router } from 'express'
import { z } from 'zod'
import { remedyOf } from '../../shared/causes.ts'
import type { FailureGroup } from '../ledger/queries.ts'
import type { components } from '../panel/schema.d.ts'
import type { PanelPorts } from './ports.ts'
import { sessionOf } from './session.ts'
import { eventView, instant } from './views.ts'

type Schemas = components['schemas']

/** What waits for a person, by cause: one cause is one thing to mend, however many events it stopped. */
export function failureRoutes({ queries, ledger }: PanelPorts): Router {
  const router = Router()

  router.get('/failures', async (_req, res) => {
    const groups = await queries.failures()
    const body: Schemas['FailureGroups'] = { items: await Promise.all(groups.map(groupView)) }
    res.json(body)
  })

  router.post('/failures/:cause/replay', async (req, res) => {
    const body: Schemas['Moved'] = await ledger.replay({ cause: cause.parse(req.params.cause) }, sessionOf(res).user)
    res.json(body)
  })

  router.post('/failures/:cause/dismiss', async (req, res) => {
    const which = { cause: cause.parse(req.params.cause) }
    const body: Schemas['Moved'] = await ledger.dismiss(which, 'Dismissed in the panel', sessionOf(res).user)
    res.json(body)
  })

  async function groupView(group: FailureGroup): Promise<Schemas['FailureGroup']> {
    const newest = group.sample[0] ? await queries.detail(group.sample[0].id) : undefined
    const problems = problemShape.safeParse(newest?.details)
    return {
      cause: group.cause,
      state: group.state,
      count: group.count,
      types: group.types,
      firstAt: instant(group.oldestAt),
      lastAt: instant(group.newestAt),
      message: group.message ?? '',
      remedy: problems.success ? problems.data[0].remedy : remedyOf(group.cause),
      sample: group.sample.map(eventView),
    }
  }

  return router
}

const cause = z.string().min(1).max(100)
const problemShape = z.tuple([z.object({ remedy: z.string().min(1) })], z.unknown())
