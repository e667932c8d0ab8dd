import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import pino from 'pino'
import { z } from 'zod'
import { createApp } from '../../clarity-extension/http/app.ts'
import { panelApi } from '../../clarity-extension/http/panel-api.ts'
import type { UsersPort } from '../../clarity-extension/http/ports.ts'
import { SessionTokens } from '../../clarity-extension/http/session-token.ts'
import { buildPanelWhenOld } from '../../scripts/build.ts'
import { type FakeLedger, fakePorts } from './fake-ledger.ts'
import { type Scenario, scenario } from './scenarios.ts'

export const PASSWORD = 'correct horse battery staple'

export interface PanelServer {
  url: string
  ledger: FakeLedger
  people: UsersPort
  /** Shows another history at once. */
  show(name: Scenario): void
  close(): Promise<void>
}

/** The built panel and its API on a free port, around a ledger in memory. */
export async function startPanel(name: Scenario): Promise<PanelServer> {
  await buildPanelWhenOld()
  const log = pino({ level: 'silent' })
  const ledger = scenario(name, Date.now)
  const ports = fakePorts(ledger)
  const api = panelApi({
    ...ports,
    adminPassword: PASSWORD,
    tokens: new SessionTokens('a secret key for tests', PASSWORD),
    log,
    requestsPerMinute: 100_000,
    liveEveryMs: 200,
  })
  const app = createApp({
    doors: [],
    health: (_req, _res, next) => next(),
    panelApi: api.router,
    metrics: (_req, res) => void res.send(''),
    panelDist: join(import.meta.dirname, '../../clarity-extension/panel/dist'),
    log,
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    ledger,
    people: ports.users,
    show(next) {
      const { events, status, lookups } = scenario(next, Date.now)
      Object.assign(ledger, { events, status, lookups, broken: false })
    },
    async close() {
      api.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
