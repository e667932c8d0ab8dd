import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { remedyOf } from '../../shared/causes.ts'
import type { Answer, Connection } from '../../shared/outcome.ts'
import { isSecret } from '../../shared/signature.ts'
import type { components } from '../panel/schema.d.ts'
import type { ConnectionCheck, PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'
import { connectionView, instant, maybeInstant } from './views.ts'

type Schemas = components['schemas']

export function connectionRoutes(ports: PanelPorts, now: () => number): Router {
  const router = Router()

  router.get('/connections', async (_req, res) => {
    res.json({ items: await all() })
  })

  router.get('/connections/:name', async (req, res) => {
    res.json(await detail(nameOf(req)))
  })

  router.patch('/connections/:name', async (req, res) => {
    const name = nameOf(req)
    const failed = await ports.connectionDesk.change(name, settingsChange.parse(req.body), sessionOf(res).user)
    if (failed)
      throw new Refusal(
        422,
        'settings_do_not_work',
        `Nothing was changed, for the new values do not work. ${failed.message}`,
        failed.remedy ?? remedyOf(failed.name.toLowerCase()),
      )
    res.json(await detail(name))
  })

  router.post('/connections/:name/rotate-key', async (req, res) => {
    const name = nameOf(req)
    if (name !== 'odoo')
      throw new Refusal(
        409,
        'key_made_elsewhere',
        'The storefront lets nobody make a client secret but its administrators.',
        'Make a new secret for the client in the storefront and enter it here.',
      )
    await rotated(res, name, await ports.connectionDesk.rotateKey(sessionOf(res).user))
  })

  router.post('/connections/:name/rotate-secret', async (req, res) => {
    const name = nameOf(req)
    await rotated(res, name, await ports.connectionDesk.rotateSecret(name, sessionOf(res).user))
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

  async function rotated(res: Response, name: Connection, answer: Answer<unknown>): Promise<void> {
    if (!answer.ok) throw notRotated(answer.outcome)
    res.json(await detail(name))
  }

  async function detail(name: Connection): Promise<Schemas['ConnectionDetail']> {
    const [connection, facts] = await Promise.all([one(name), ports.connectionDesk.facts(name)])
    return {
      connection,
      circuit: facts.circuit,
      lastError: facts.lastError && {
        cause: facts.lastError.cause,
        message: facts.lastError.message,
        remedy: remedyOf(facts.lastError.cause),
        at: instant(facts.lastError.at),
      },
      key: facts.key && {
        endsAt: maybeInstant(facts.key.endsAt),
        previousUntil: maybeInstant(facts.key.previousUntil),
      },
      secrets: { count: facts.secrets.count, overlapUntil: maybeInstant(facts.secrets.overlapUntil) },
      fields: facts.fields,
    }
  }

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

const settingsChange = z.strictObject({
  settings: z.record(z.string(), z.string().max(500)).default({}),
  webhookSecret: z.string().refine(isSecret, 'enter whsec_ followed by base64 of 24 to 64 bytes').optional(),
  untested: z.boolean().default(false),
})

/** What could not be done at the other side, in its words; the old key and secret hold. */
function notRotated(outcome: Extract<Answer<unknown>, { ok: false }>['outcome']): Refusal {
  const problem = outcome.kind === 'correct' ? outcome.problems[0] : undefined
  const cause = outcome.kind === 'correct' ? outcome.problems[0].code : outcome.cause
  const message = problem?.message ?? ('message' in outcome ? outcome.message : cause)
  return new Refusal(409, 'not_rotated', `Nothing was replaced. ${message}`, problem?.remedy ?? remedyOf(cause))
}

const connectionName = z.enum(['clarity', 'odoo'])

const checkView = (check: ConnectionCheck) => ({
  name: check.name,
  ok: check.ok,
  message: check.message,
  remedy: check.ok ? null : (check.remedy ?? remedyOf(check.name.toLowerCase())),
  ms: Math.round(check.ms),
})
