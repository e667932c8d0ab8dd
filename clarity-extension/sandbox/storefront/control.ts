import { json, Router } from 'express'
import { z } from 'zod'
import type { Courier } from './delivery.ts'
import { type Faults, faultShape } from './faults.ts'
import type { Masters } from './masters.ts'
import { changePayment, editOrder, orderOf, setStatus } from './orders.ts'
import { HttpProblem, parsed } from './problem.ts'
import { requestReturn } from './returns.ts'
import type { Shop } from './shop.ts'
import type { TokenDesk } from './tokens.ts'

export interface ControlParts {
  shop: Shop
  masters: Masters
  faults: Faults
  tokens: TokenDesk
  courier: Courier
}

const noise = z.object({
  copies: z.int().min(1).max(10).default(1),
  spreadMs: z.int().min(0).max(600_000).default(0),
})

/**
 * What the shop's staff and shoppers do, and trouble on demand. Not part of the contract: for pages, tests and
 * demonstrations. JSON only, which a foreign web page cannot send without being asked (CORS).
 */
export function controlRoutes({ shop, masters, faults, tokens, courier }: ControlParts): Router {
  const router = Router()
  router.use(json({ limit: '1mb' }))
  router.use((request, _response, next) => {
    if (request.method === 'GET' || request.is('application/json')) return next()
    throw new HttpProblem(415, 'json_only', 'Send application/json.')
  })

  /** A change of the shop and its events are one. */
  const change = <T>(work: () => T): T => {
    const result = shop.db.transaction(work).immediate()
    courier.kick()
    return result
  }

  router.get('/faults', (_request, response) => void response.json(faults.list()))
  router.post('/faults', (request, response) => {
    faults.add(parsed(faultShape, request.body))
    response.status(201).json(faults.list())
  })
  router.delete('/faults', (_request, response) => {
    faults.clear()
    response.status(204).end()
  })
  router.post('/tokens/revoke', (_request, response) => {
    tokens.revokeAll()
    response.status(204).end()
  })
  router.post('/client', (request, response) => {
    tokens.changeSecret(parsed(z.object({ secret: z.string().min(1) }), request.body).secret)
    response.status(204).end()
  })
  router.post('/webhooks', (request, response) => {
    shop.events.setNoise(parsed(noise, request.body))
    response.status(204).end()
  })
  router.get('/deliveries', (_request, response) => void response.json(deliveryCounts(shop)))

  router.post('/orders/:id/cancel', ({ params }, response) => {
    const cancelled = change(() => setStatus(shop, orderOf(shop, params.id), { status: 'cancelled' }))
    response.json(cancelled.record)
  })
  router.patch('/orders/:id', ({ params, body }, response) => {
    response.json(change(() => editOrder(shop, params.id, body)).record)
  })
  router.post('/orders/:id/payments', ({ params, body }, response) => {
    response.json(change(() => changePayment(shop, params.id, body)).record)
  })
  router.post('/returns', ({ body }, response) => {
    response.status(201).json(change(() => requestReturn(shop, body)))
  })
  for (const [name, master] of [
    ['products', masters.products],
    ['customers', masters.customers],
  ] as const) {
    router.post(`/${name}`, ({ body }, response) => {
      response.status(201).json(change(() => master.create(body)))
    })
    router.patch(`/${name}/:id`, ({ params, body }, response) => {
      response.json(change(() => master.change(String(params.id), body)))
    })
  }
  return router
}

const counts = z.array(z.object({ state: z.string(), n: z.int() }))

/** How many deliveries are in which state. */
export function deliveryCounts(shop: Shop): Record<string, number> {
  const rows = counts.parse(shop.db.prepare('SELECT state, count(*) AS n FROM deliveries GROUP BY state').all())
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}
