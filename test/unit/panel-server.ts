import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import pino from 'pino'
import request from 'supertest'
import { createApp } from '../../clarity-extension/http/app.ts'
import { panelApi } from '../../clarity-extension/http/panel-api.ts'
import { SessionTokens } from '../../clarity-extension/http/session-token.ts'
import { fakePorts } from '../panel/fake-ledger.ts'
import { scenario } from '../panel/scenarios.ts'

export const PASSWORD = 'correct horse battery staple'
export const CONTRACT = readFileSync(
  resolve(import.meta.dirname, '../../clarity-extension/http/panel.openapi.yaml'),
  'utf8',
)

/** A whole app around a fake ledger, its clock in the test's hand. */
export function panelServer(
  which: Parameters<typeof scenario>[0] = 'failing',
  extra: { requestsPerMinute?: number } = {},
) {
  const clock = { now: Date.parse('2026-11-20T12:00:00Z') }
  const now = () => clock.now
  const ledger = scenario(which, now)
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  const tokens = new SessionTokens('a secret key for tests', PASSWORD)
  const api = panelApi({
    ...fakePorts(ledger),
    adminPassword: PASSWORD,
    tokens,
    log,
    now,
    liveEveryMs: 20,
    ...extra,
  })
  const app = createApp({
    doors: [],
    health: (_req, _res, next) => next(),
    panelApi: api.router,
    metrics: (_req, res) => void res.send('metrics'),
    panelDist: '/nowhere',
    trustProxy: 'loopback',
    log,
  })
  return { app, ledger, clock, lines, api, tokens }
}

/** Signs in; the answers' cookie and token as headers for further requests. */
export async function signedIn(app: Parameters<typeof request>[0]) {
  const answer = await request(app).post('/api/session').send({ name: 'admin', password: PASSWORD }).expect(200)
  const cookie = cookieOf(answer)
  return { Cookie: cookie, 'X-CSRF-Token': String(answer.body.csrfToken) }
}

export function cookieOf(answer: request.Response): string {
  const header: unknown = answer.headers['set-cookie']
  return Array.isArray(header) ? (String(header[0]).split(';')[0] ?? '') : ''
}
