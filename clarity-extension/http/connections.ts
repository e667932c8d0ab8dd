import { type Request, Router } from 'express'
import { z } from 'zod'
import { remedyOf } from '../../shared/causes.ts'
import type { Connection } from '../../shared/outcome.ts'
import type { components } from '../panel/schema.d.ts'
import type { ConnectionCheck, PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'
import { connectionView, instant } from './views.ts'

type Schemas = components['schemas']

export function connectionRoutes(ports: PanelPorts, now: () => number): Router {
  const router = Router()

  router.get('/connections', async (_req, res) => {
    res.json({ items: await all() })
  })

  router.post('/connections/:name/test', async (req, res) => {
    const checks = await ports.connections[nameOf(req)].check()
    const body: Schemas['ConnectionReport'] = {
      ok: checks.every((check) => check.ok),
      at: instant(now()),
      checks: checks.map(checkView),
    }
    res.json(body)
  })

  router.post('/connections/:name/pause', async (req, res) => {
    await ports.ledger.pauseConnection(nameOf(req), sessionOf(res).user)
    res.json(await one(nameOf(req)))
  })

  router.post('/connections/:name/resume', async (req, res) => {
    await ports.ledger.resumeConnection(nameOf(req), sessionOf(res).user)
    res.json(await one(nameOf(req)))
  })

  async function all(): Promise<Schemas['Connection'][]> {
    const statuses = await ports.queries.connections()
    return statuses.map((status) => connectionView(status, ports.connections[status.name]))
  }

  async function one(name: Connection): Promise<Schemas['Connection']> {
    const found = (await all()).find((connection) => connection.name === name)
    if (!found) throw new Error(`the ledger knows no connection ${name}`)
    return found
  }

  return router
}

function nameOf(req: Request): Connection {
  const name = connectionName.safeParse(req.params.name)
  if (name.success) return name.data
  throw new Refusal(
    404,
    'no_such_connection',
    'There is no connection of this name.',
    'The connections are "clarity" and "odoo".',
  )
}

const connectionName = z.enum(['clarity', 'odoo'])

const checkView = (check: ConnectionCheck) => ({
  name: check.name,
  ok: check.ok,
  message: check.message,
  remedy: check.ok ? null : (check.remedy ?? remedyOf(check.name.toLowerCase())),
  ms: Math.round(check.ms),
})
