import { Router } from 'express'
import { z } from 'zod'
import type { components } from '../panel/schema.d.ts'
import type { PanelPorts } from './ports.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** What is kept of one person, and its erasure. Both are recorded, without who it was. */
export function personRoutes({ persons }: Pick<PanelPorts, 'persons'>): Router {
  const router = Router()

  router.post('/persons/export', async (req, res) => {
    const { events, firstLoads } = await persons.export(person.parse(req.body), sessionOf(res).user)
    const body: Schemas['PersonExport'] = {
      events: events.map(({ id, receivedAt, correction = null, ...rest }) => ({
        ...rest,
        id: String(id),
        receivedAt: instant(receivedAt),
        correction,
      })),
      firstLoads,
    }
    res.json(body)
  })

  router.post('/persons/erase', async (req, res) => {
    const { erased, open } = await persons.erase(person.parse(req.body), sessionOf(res).user)
    const body: Schemas['PersonErased'] = { erased, open: open.map(String) }
    res.json(body)
  })

  return router
}

const person = z.union(
  [z.strictObject({ email: z.email().max(320) }), z.strictObject({ customerId: z.string().min(1).max(200) })],
  'name one person, by email or customerId',
)
