import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type Answer, answerOf, type Fault, silenceOf } from './answer.ts'
import { rpc } from './jsonrpc.ts'
import { NO_DATABASE, WRONG_DATABASE } from './names.ts'
import type { Settings } from './options.ts'

/**
 * `/json/2` answers one and the same HTML 404 whether PostgreSQL is down, its connections are used up or the database is
 * misspelt. The second look tells them apart: `/jsonrpc` repeats PostgreSQL's own sentence; where that is closed or lets
 * nobody in, only a reachable PostgreSQL and a 404 that stays mean that the name is wrong.
 */
export async function lookAgain(settings: Settings): Promise<Fault> {
  const said = await askPostgres(settings)
  if (said.kind === 'silence') return said
  if (said.kind === 'error' && said.name !== 'odoo.exceptions.AccessDenied') return said
  if (said.kind === 'page' && said.status !== 404) return said
  if (!(await postgresAnswers(settings))) return away('The database server of Odoo is down')
  for (let look = 1; look <= LOOKS; look++) {
    if (!(await isMissing(settings))) return away('The database of Odoo was away for a moment')
    if (look < LOOKS) await pause(BETWEEN_LOOKS_MS)
  }
  return {
    kind: 'error',
    status: 404,
    name: WRONG_DATABASE,
    message: `Odoo does not serve the database "${settings.db}" at this address`,
  }
}

const LOOK_MS = 5_000
const LOOKS = 3
const BETWEEN_LOOKS_MS = 300

/** A call that can never succeed (no such user), made for the error it meets before that. */
function askPostgres(settings: Settings): Promise<Answer> {
  const args = [settings.db, 0, '-', 'res.users', 'context_get', [], {}]
  const call = { service: 'object', method: 'execute_kw', args }
  return rpc(settings, call, { signal: AbortSignal.timeout(LOOK_MS) })
}

async function postgresAnswers(settings: Settings): Promise<boolean> {
  const health = await json(settings, '/web/health?db_server_status=1', { method: 'GET' })
  return health.kind === 'value' && z.object({ db_server_status: z.literal(true) }).safeParse(health.value).success
}

/** The harmless call of all, to see whether the page stays. */
async function isMissing(settings: Settings): Promise<boolean> {
  const answer = await json(settings, '/json/2/res.users/context_get', {
    method: 'POST',
    body: '{}',
    headers: {
      'content-type': 'application/json',
      authorization: `bearer ${settings.apiKey}`,
      'x-odoo-database': settings.db,
    },
  })
  return answer.kind === 'page' && answer.status === 404 && answer.text.includes(NO_DATABASE)
}

async function json(settings: Settings, path: string, init: RequestInit): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(LOOK_MS)
    return await answerOf(await settings.fetch(`${settings.base}${path}`, { ...init, redirect: 'manual', signal }))
  } catch (error) {
    return silenceOf(error)
  }
}

const away = (message: string): Fault => ({ kind: 'error', status: 404, name: 'psycopg2.OperationalError', message })
