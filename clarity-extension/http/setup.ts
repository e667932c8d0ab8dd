import { type Request, Router } from 'express'
import { z } from 'zod'
import type { PairingState } from '../connections/pairing.ts'
import type { components } from '../panel/schema.d.ts'
import { type SetupPort, setupSteps } from './ports.ts'
import { sessionOf } from './session.ts'
import { instant, maybeInstant } from './views.ts'

type Schemas = components['schemas']

/** The first steps: how far they are, and the code that connects Odoo. */
export function setupRoutes({ pairing, progress, publicUrl }: SetupPort): Router {
  const router = Router()

  router.get('/setup', async (_req, res) => {
    res.json(await progress.read())
  })

  router.patch('/setup', async (req, res) => {
    await progress.change(setupChange.parse(req.body), sessionOf(res).user)
    res.json(await progress.read())
  })

  router.get('/pairing', async (_req, res) => {
    res.json(pairingView(await pairing.state()))
  })

  /** The code is in this answer and nowhere else. */
  router.post('/pairing', async (req, res) => {
    const { code, expiresAt } = await pairing.begin(publicUrl ?? originOf(req), sessionOf(res).user)
    const body: Schemas['PairingCode'] = { code, expiresAt: instant(expiresAt) }
    res.json(body)
  })

  router.delete('/pairing', async (_req, res) => {
    await pairing.cancel(sessionOf(res).user)
    res.json(pairingView(await pairing.state()))
  })

  return router
}

export const pairingView = ({ state, expiresAt, odoo, failure, connectedAt }: PairingState): Schemas['Pairing'] => ({
  state,
  expiresAt: maybeInstant(expiresAt),
  odoo,
  failure: failure && { ...failure, at: instant(failure.at) },
  connectedAt: maybeInstant(connectedAt),
})

const originOf = (req: Request): string => `${req.protocol}://${req.host}`

const setupChange = z.strictObject({ step: z.enum(setupSteps).optional(), done: z.boolean().optional() })
