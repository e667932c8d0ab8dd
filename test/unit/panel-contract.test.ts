import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { CONTRACT, panelServer, signedIn } from './panel-server.ts'

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const
const document = z
  .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
  .parse(parse(CONTRACT))
const described = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.filter((method) => method in item).map((method) => ({ method, path })),
)

const ajv = new Ajv2020({ strict: false })
formats.default(ajv)
ajv.addSchema(document, 'panel')

function check(path: string, method: string, status: string, body: unknown) {
  const response = answers.parse(document.paths[path]?.[method]).responses[status]
  const base =
    response?.$ref ?? `#/paths/${encodeURIComponent(path.replaceAll('/', '~1'))}/${method}/responses/${status}`
  const type = status === 'default' ? 'application~1problem+json' : 'application~1json'
  const validate = ajv.compile({ $ref: `panel${base}/content/${type}/schema` })
  expect(validate(body), JSON.stringify(validate.errors, null, 2)).toBe(true)
}

const answers = z.object({ responses: z.record(z.string(), z.object({ $ref: z.string().optional() })) })

const fill = (path: string) =>
  `/api${path.replace('{id}', '1157').replace('{cause}', 'unknown_sku').replace('{name}', 'odoo').replace('{entity}', 'product').replace('{direction}', 'toClarity').replace('{sweep}', 'outbox').replace('{table}', 'payment_method').replace('{series}', 'orders').replace('{rule}', 'quantity').replace('{mapping}', 'order-to-odoo').replace('{version}', '2').replace('{action}', 'start').replace('{user}', 'olga')}${queries[path] ?? ''}`

/** What an operation cannot be called without. */
const queries: Record<string, string> = { '/lookups/{table}/entry': '?key=paypal' }

/** A whole order, as the storefront tells it. */
const correction: unknown = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../fixtures/events/order.created.json'), 'utf8'),
)
/** Operations that only a held event allows. */
const ofHeld = ['/events/{id}/approve', '/events/{id}/assign']

/** What operations that need a body are sent. */
const bodies: Record<string, object> = {
  'patch /setup': { step: 'odoo' },
  'put /lookups/{table}/entry': { key: 'klarna', result: 'BNK1' },
  'post /lookups/import': { format: 'json', text: '{"clarityLookups":1,"tables":{}}' },
  'post /suggestions/{entity}/verdict': { path: 'attributes.x', model: 'res.partner', field: 'ref', accepted: true },
  'post /anomalies/{id}/verdict': { verdict: 'normal' },
  'patch /anomaly-rules/{rule}': { action: 'notify' },
  'put /mappings/{mapping}/draft': { seen: 4, rules: orderToOdoo },
  'post /mappings/{mapping}/activate': { seen: 4, note: 'It is right now' },
  'post /mappings/{mapping}/rollback': { to: 1, note: 'It was wrong' },
  'post /mappings/{mapping}/test': { event: { number: '#1', placedAt: '2026-11-20T10:00:00Z' } },
  'post /mappings/{mapping}/preview': { last: 50 },
  'post /mappings/{mapping}/replay': { version: 2 },
  'post /events/{id}/corrections/try': { value: 'MUG-BULE', replacement: 'MUG-BLUE' },
  'post /events/{id}/corrections/take': { value: 'MUG-BULE', replacement: 'MUG-BLUE' },
  'post /events/{id}/corrections/reject': { value: 'MUG-BULE', replacement: 'MUG-BLUE' },
  'post /mappings/{mapping}/suggestions/trial': {
    path: 'attributes.requested_delivery',
    model: 'sale.order',
    field: 'commitment_date',
  },
  'post /mappings/{mapping}/suggestions/accept': {
    path: 'attributes.requested_delivery',
    model: 'sale.order',
    field: 'commitment_date',
    seen: 4,
  },
  'post /loads': { entity: 'stock' },
  'post /loads/{id}/decisions': { why: 'differs:barcode', decision: 'link' },
  'post /users': { name: 'ann', role: 'operator', password: 'a long password' },
  'patch /users/{user}': { role: 'viewer' },
  'post /failures/replay': { cause: 'unknown_sku' },
  'post /failures/dismiss': { which: { cause: 'unknown_sku' }, reason: 'sold by phone' },
  'post /events/{id}/check': { body: { type: 'order.created' } },
  'post /events/{id}/correct': { body: correction },
  'post /events/{id}/assign': { assignee: 'ada' },
  'post /events/{id}/comments': { text: 'I call the customer.' },
  'post /persons/export': { email: 'ada@example.com' },
  'post /persons/erase': { customerId: '55' },
  'put /alerts/settings': { rules: { disk: { enabled: false, threshold: 5 } }, channels: [] },
  'patch /connections/{name}': { settings: { db: 'other' } },
  'post /alerts/test': { kind: 'chat', name: 'Ops', enabled: true, url: 'https://chat.example.com/hooks/1' },
  'post /alerts/{id}/silence': { minutes: 60 },
  'post /events/{id}/dismiss': { reason: 'sold by phone' },
}

describe('the panel API and its document', () => {
  it('serves every described operation and nothing else', () => {
    const { api } = panelServer()
    const served = routesOf(api.router).sort()
    expect(served).toEqual(described.map(({ method, path }) => `${method} ${path}`).sort())
  })

  for (const { method, path } of described.filter((operation) => operation.path !== '/session')) {
    it(`asks for a session: ${method} ${path}`, async () => {
      const { app } = panelServer()
      const answer = await request(app)
        [method](fill(path))
        .expect(401)
        .expect('Content-Type', /problem\+json/)
      check(path, method, 'default', answer.body)
      expect(answer.body.code).toBe('not_signed_in')
      expect(answer.headers['x-request-id']).toBe(answer.body.requestId)
    })
  }

  for (const { method, path } of described.filter(({ path }) => path !== '/live' && path !== '/session')) {
    it(`answers as described: ${method} ${path}`, async () => {
      const { app, ledger } = panelServer()
      const wanted = ofHeld.includes(path) ? 'totals_differ' : 'unknown_sku'
      const failed = ledger.events.find((event) => event.cause === wanted)
      const answer = await request(app)
        [method](fill(path).replace('1157', String(failed?.id)))
        .set(await signedIn(app))
        .send(bodies[`${method} ${path}`])
        .expect(200)
      if (path.endsWith('.csv')) expect(answer.headers['content-type']).toMatch(/^text\/csv/)
      else check(path, method, '200', answer.body)
    })

    it(`answers a fault of the store with a remedy: ${method} ${path}`, async () => {
      const { app, ledger } = panelServer()
      const headers = await signedIn(app)
      ledger.broken = true
      const answer = await request(app)[method](fill(path)).set(headers).send(bodies[`${method} ${path}`])
      if (answer.status === 200) return // needs no store
      expect(answer.status).toBe(500)
      check(path, method, 'default', answer.body)
      expect(JSON.stringify(answer.body)).not.toContain('store is away')
    })
  }

  it('answers the session as described, signed in or not', async () => {
    const { app } = panelServer()
    check('/session', 'get', '200', (await request(app).get('/api/session').expect(200)).body)
    const headers = await signedIn(app)
    check('/session', 'get', '200', (await request(app).get('/api/session').set(headers).expect(200)).body)
    check(
      '/session',
      'post',
      'default',
      (await request(app).post('/api/session').send({ name: 'admin' }).expect(400)).body,
    )
  })

  it('answers empty and many as described', async () => {
    for (const which of ['empty', 'many'] as const) {
      const { app } = panelServer(which)
      const headers = await signedIn(app)
      for (const path of ['/overview', '/events', '/failures', '/reviews', '/audit', '/anomalies', '/mappings'])
        check(path, 'get', '200', (await request(app).get(`/api${path}`).set(headers).expect(200)).body)
    }
  })
})

/** Express keeps its routes in nested stacks. */
function routesOf(router: unknown): string[] {
  const layer = z.object({
    route: z.object({ path: z.string(), methods: z.record(z.string(), z.boolean()) }).optional(),
    handle: z.unknown(),
  })
  const stack = z.object({ stack: z.array(layer) }).safeParse(Object.assign({}, router))
  if (!stack.success) return []
  return stack.data.stack.flatMap(({ route, handle }) =>
    route
      ? Object.keys(route.methods).map((method) => `${method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`)
      : routesOf(handle),
  )
}
