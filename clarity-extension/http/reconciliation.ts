import { type Response, Router } from 'express'
import { z } from 'zod'
import { directions } from '../../shared/switches.ts'
import type { components } from '../panel/schema.d.ts'
import { SideAway } from '../reconcile/answer.ts'
import { driftKinds } from '../reconcile/drift.ts'
import type { DriftRow } from '../reconcile/drifts.ts'
import type { ReconciliationPort } from './ports.ts'
import { Refusal } from './problem.ts'
import { cursor, limit } from './query.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** On what both sides differ, mending it, and the takings of a period. Each also as CSV. */
export function reconciliationRoutes(reconciliation: ReconciliationPort, now: () => number): Router {
  const router = Router()

  router.get('/drifts', async (req, res) => {
    const { cursor, limit, kind } = listQuery.parse(req.query)
    const page = await reconciliation.list({ cursor, limit, kind })
    const body: Schemas['DriftPage'] = {
      items: page.rows.map(view),
      counts: await reconciliation.counts(),
      nextCursor: page.next === null ? null : String(page.next),
    }
    res.json(body)
  })

  router.get('/drifts.csv', async (_req, res) => {
    sendCsv(res, 'differences', await reconciliation.driftsCsv())
  })

  router.post('/drifts/:id/repair', async (req, res) => {
    const id = z.coerce.number().int().safeParse(req.params.id)
    const { way } = repairRequest.parse(req.body ?? {})
    const began = id.success ? await reconciliation.repair(id.data, way, sessionOf(res).user) : undefined
    if (began === undefined)
      throw new Refusal(
        404,
        'no_such_drift',
        'This difference is gone.',
        'Reload the page: a later comparison found both sides equal.',
      )
    if (!began)
      throw new Refusal(
        409,
        'not_repairable',
        'The bridge cannot mend this difference that way.',
        'Correct the record in Odoo or in the storefront; the next comparison sees it.',
      )
    res.json({ began })
  })

  router.get('/takings', async (req, res) => {
    const { from, to } = periodOf(req.query, now())
    const body: Schemas['Takings'] = await asked(() => reconciliation.takings(from, to))
    res.json(body)
  })

  router.get('/takings.csv', async (req, res) => {
    const { from, to } = periodOf(req.query, now())
    sendCsv(res, `takings-${from}-${to}`, await asked(() => reconciliation.takingsCsv(from, to)))
  })

  return router
}

const listQuery = z.object({
  cursor: cursor.optional(),
  limit: limit.default(50),
  kind: z.enum(driftKinds).optional(),
})
const repairRequest = z.strictObject({ way: z.enum(directions).default('toClarity') })
const period = z
  .object({ from: z.iso.date(), to: z.iso.date() })
  .refine(({ from, to }) => from <= to, { error: 'must not be before from', path: ['to'] })

/** The month until today, unless somebody says otherwise. */
function periodOf(query: object, now: number): z.infer<typeof period> {
  const today = instant(now).slice(0, 10)
  return period.parse({ from: `${today.slice(0, 8)}01`, to: today, ...query })
}

/** Both sides are asked at that moment: one that does not answer is said, not a fault of ours. */
async function asked<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof SideAway)) throw error
    throw new Refusal(
      503,
      'side_away',
      `The takings could not be read: ${error.message}`,
      'Mend that and try again. Odoo needs the service user in the group "Service User, with Invoices and Payments".',
    )
  }
}

function sendCsv(res: Response, name: string, csv: string): void {
  res.setHeader('Content-Disposition', `attachment; filename="${name}.csv"`)
  res.type('text/csv').send(csv)
}

const view = ({ firstSeenAt, lastSeenAt, id, eventId, ways, lane: _, ...drift }: DriftRow): Schemas['Drift'] => ({
  ...drift,
  id: String(id),
  eventId: eventId === null ? null : String(eventId),
  firstSeenAt: instant(firstSeenAt),
  lastSeenAt: instant(lastSeenAt),
  ways: [...ways],
})
