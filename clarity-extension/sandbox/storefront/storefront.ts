import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import express, { type Express, Router, urlencoded } from 'express'
import { listening } from '../../../shared/listening.ts'
import { type Catalogue, catalogue as standardCatalogue } from '../catalogue.ts'
import { createApi, struck } from './api.ts'
import { controlRoutes } from './control.ts'
import { openDatabase } from './database.ts'
import { createCourier, type DeliveryOptions, standardDelivery } from './delivery.ts'
import { createEndpoints } from './endpoints.ts'
import { type BridgeAddress, createExtension } from './extension.ts'
import { createFaults, type Fault } from './faults.ts'
import { inventoryRoutes } from './inventory.ts'
import { createMasters, masterRoutes } from './masters.ts'
import { orderRoutes } from './orders.ts'
import { pages } from './pages/pages.ts'
import { HttpProblem, problemHandler } from './problem.ts'
import { returnRoutes } from './returns.ts'
import { seed } from './seed.ts'
import { shipmentRoutes } from './shipments.ts'
import { createShop } from './shop.ts'
import { createTokenDesk } from './tokens.ts'

export interface StorefrontOptions {
  /** A folder that outlives the process, or `:memory:`. */
  dataDir: string
  /** Unix milliseconds. */
  clock?: () => number
  catalogue?: Catalogue
  /** Where the bridge to Odoo is; with `enabled` it is told of every event from the first start on. */
  bridge?: BridgeAddress & { enabled?: boolean }
  delivery?: Partial<DeliveryOptions>
  /** Told of bugs. Default: standard error. */
  report?: (error: unknown, requestId: string) => void
}

export interface Storefront {
  app: Express
  /** Listens on the loopback only. @param port 0 for any free one */
  start(port: number): Promise<{ url: string; apiUrl: string; tokenUrl: string; port: number }>
  stop(): Promise<void>
  /** Tells the bridge of every event from now on. */
  enableBridge(address: BridgeAddress): void
  fault(fault: Partial<Fault>): void
  /** Settles when no webhook is due or under way. */
  idle(): Promise<void>
}

/** A storefront to try the bridge with: the whole contract at /api/v1, a shop at /, its admin at /admin. */
export function createStorefront(options: StorefrontOptions): Storefront {
  const { dataDir, clock = Date.now, catalogue = standardCatalogue, delivery = {} } = options
  const report = options.report ?? ((error, requestId) => console.error(`storefront ${requestId}`, error))
  const db = openDatabase(dataDir)
  const shop = createShop(db, clock)
  db.transaction(() => seed(shop, catalogue))()
  const tokens = createTokenDesk(shop.settings, clock)
  const faults = createFaults()
  const endpoints = createEndpoints(shop)
  const masters = createMasters(shop)
  const courier = createCourier(db, endpoints, clock, { ...standardDelivery, ...delivery })
  const extension = createExtension(shop, endpoints)
  if (options.bridge) extension.setAddress(options.bridge)
  if (options.bridge?.enabled) db.transaction(() => extension.enable())()

  const app = express().disable('x-powered-by').disable('etag')
  app.set('query parser', 'simple')
  app.use((_request, response, next) => {
    response.locals.requestId = randomUUID()
    response.setHeader('X-Request-Id', response.locals.requestId)
    next()
  })
  app.use('/api/v1', apiRouter())
  app.post('/oauth/token', urlencoded({ extended: false }), async (request, response) => {
    const fault = faults.take('POST', '/oauth/token')
    await sleep(fault?.latencyMs ?? 0)
    if (fault?.status !== undefined) throw struck(fault)
    tokens.issue(request, response)
  })
  app.use('/sandbox', controlRoutes({ shop, masters, faults, tokens, courier }))
  app.use(pages({ shop, endpoints, extension, courier }))
  app.use(() => {
    throw new HttpProblem(404, 'not_found', 'There is nothing here.')
  })
  app.use(problemHandler(report))
  const server = createServer(listening, app)

  return {
    app,
    async start(port) {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
      courier.kick()
      const { port: taken } = server.address() as AddressInfo
      const url = `http://127.0.0.1:${taken}`
      return { url, apiUrl: `${url}/api/v1`, tokenUrl: `${url}/oauth/token`, port: taken }
    },
    async stop() {
      server.closeIdleConnections()
      const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined
      await courier.stop()
      server.closeAllConnections()
      await closed
      db.close()
    },
    enableBridge(address) {
      db.transaction(() => {
        extension.setAddress(address)
        extension.enable()
      })()
      courier.kick()
    },
    fault: (fault) => faults.add({ route: '* *', lose: false, ...fault }),
    idle: courier.idle,
  }

  function apiRouter(): Router {
    const router = Router()
    router.use(express.json({ limit: '1mb' }))
    const api = createApi({ router, db, tokens, faults, clock, committed: courier.kick })
    orderRoutes(api, shop)
    shipmentRoutes(api, shop)
    inventoryRoutes(api, shop)
    masterRoutes(api, masters)
    returnRoutes(api, shop)
    endpoints.routes(api)
    router.use((request) => {
      throw new HttpProblem(404, 'unknown_path', `The API has no ${request.method} ${request.path}.`)
    })
    return router
  }
}
