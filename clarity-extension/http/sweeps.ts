import { type Request, Router } from 'express'
import { z } from 'zod'
import type { components } from '../panel/schema.d.ts'
import type { SweepRow, SweepsPort } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** When the scheduled readings run, how their last run ended, and "run now". */
export function sweepRoutes(sweeps: SweepsPort): Router {
  const router = Router()

  router.get('/sweeps', async (_req, res) => {
    const body: Schemas['Sweeps'] = { items: (await sweeps.list()).map(view) }
    res.json(body)
  })

  router.patch('/sweeps/:sweep', async (req, res) => {
    const change = sweepChange.parse(req.body ?? {})
    const changed = await refusing(() => sweeps.change(nameOf(req), change, sessionOf(res).user))
    res.json(view(changed ?? missing(req)))
  })

  router.post('/sweeps/:sweep/run', async (req, res) => {
    const began = await sweeps.runNow(nameOf(req), sessionOf(res).user)
    res.json({ began: began ?? missing(req) })
  })

  return router
}

const sweepChange = z.strictObject({
  cron: z.string().max(100).optional(),
  zone: z.string().max(60).optional(),
  enabled: z.boolean().optional(),
})

const nameOf = (req: Request): string => String(req.params.sweep)

function missing(req: Request): never {
  throw new Refusal(
    404,
    'no_such_sweep',
    `There is no sweep ${nameOf(req).slice(0, 60)}.`,
    'Reload the page: it lists those that there are.',
  )
}

/** A schedule that cannot be read is the caller's to mend. */
async function refusing<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Refusal(
      400,
      'invalid_schedule',
      error.message,
      'Write five fields: minute, hour, day of month, month, day of week.',
    )
  }
}

const maybe = (ms: number | null): string | null => (ms === null ? null : instant(ms))

const view = ({ startedAt, finishedAt, nextAt, ...sweep }: SweepRow): Schemas['Sweep'] => ({
  ...sweep,
  startedAt: maybe(startedAt),
  finishedAt: maybe(finishedAt),
  nextAt: maybe(nextAt),
})
