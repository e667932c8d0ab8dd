import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { panelServer, signedIn } from './panel-server.ts'

describe('anomalies', () => {
  it('come in pages, with the range that is ordinary', async () => {
    const { app } = panelServer('many')
    const headers = await signedIn(app)
    const first = await request(app).get('/api/anomalies').set(headers).expect(200)
    expect(first.body.items).toHaveLength(50)
    const second = await request(app)
      .get('/api/anomalies')
      .query({ cursor: first.body.nextCursor })
      .set(headers)
      .expect(200)
    expect(Number(second.body.items[0].id)).toBeLessThan(Number(first.body.items[49].id))
    expect(first.body.items[0]).toMatchObject({ rule: 'orders', seen: 1, low: 14, high: 41 })
  })

  it('are judged by a person', async () => {
    const { app } = panelServer()
    const headers = await signedIn(app)
    await request(app).post('/api/anomalies/3/verdict').set(headers).send({ verdict: 'normal' }).expect(200)
    const { body } = await request(app).get('/api/anomalies').query({ open: 'true' }).set(headers).expect(200)
    expect(body.items.map(({ id }: { id: string }) => id)).not.toContain('3')
  })

  it.each([
    ['post', '/anomalies/x/verdict', { verdict: 'normal' }, 404, 'no_such_anomaly'],
    ['post', '/anomalies/1/verdict', { verdict: 'maybe' }, 400, 'invalid_request'],
    ['get', '/anomalies/series/moon', undefined, 404, 'no_such_series'],
    ['get', '/anomalies/series/orders?hours=5', undefined, 400, 'invalid_request'],
    ['patch', '/anomaly-rules/moon', { action: 'off' }, 404, 'no_such_rule'],
    ['patch', '/anomaly-rules/orders', { action: 'hold' }, 409, 'cannot_hold'],
    ['get', '/anomalies?cursor=x', undefined, 400, 'invalid_request'],
  ] as const)('refuse with a remedy: %s %s', async (method, path, body, status, code) => {
    const { app } = panelServer()
    const answer = await request(app)
      [method](`/api${path}`)
      .set(await signedIn(app))
      .send(body)
    expect(answer.status).toBe(status)
    expect(answer.body.code).toBe(code)
    expect(answer.body.remedy).not.toBe('')
  })
})

describe('suggestions', () => {
  it('are one per field, each with its reasons', async () => {
    const { app } = panelServer()
    const { body } = await request(app)
      .get('/api/suggestions/customer')
      .set(await signedIn(app))
      .expect(200)
    const email = body.items.find(({ path }: { path: string }) => path === 'email')
    expect(email).toMatchObject({
      best: { model: 'res.partner', field: 'email', rule: { to: 'email', from: 'email' } },
      mapping: 'customer-to-odoo',
      certain: true,
    })
    expect(email.reasons[0].text).toContain('Email')
    expect(body.items.find(({ path }: { path: string }) => path === 'attributes.shoe_size').best).toBeNull()
  })

  it('learn from a person and say who it was', async () => {
    const { app, ledger } = panelServer()
    const verdict = { path: 'attributes.shoe_size', model: 'res.partner', field: 'ref', accepted: false }
    await request(app)
      .post('/api/suggestions/customer/verdict')
      .set(await signedIn(app))
      .send(verdict)
      .expect(200, { learned: true })
    expect(ledger.moves).toContain('rejected customer.attributes.shoe_size > res.partner.ref by admin')
  })

  it.each([
    ['get', '/suggestions/moon', undefined, 404, 'no_such_entity'],
    ['post', '/suggestions/customer/verdict', { path: 'x' }, 400, 'invalid_request'],
    ['get', '/events/99999999/corrections', undefined, 404, 'no_such_event'],
  ] as const)('refuse with a remedy: %s %s', async (method, path, body, status, code) => {
    const { app } = panelServer()
    const answer = await request(app)
      [method](`/api${path}`)
      .set(await signedIn(app))
      .send(body)
    expect(answer.status).toBe(status)
    expect(answer.body.code).toBe(code)
  })

  it('for a dead letter name what it probably meant', async () => {
    const { app, ledger } = panelServer()
    const dead = ledger.events.find(({ cause }) => cause === 'unknown_sku')
    const { body } = await request(app)
      .get(`/api/events/${dead?.id}/corrections`)
      .set(await signedIn(app))
      .expect(200)
    expect(body.items).toMatchObject([
      { value: 'MUG-BULE', replacement: 'MUG-BLUE', how: { kind: 'value', field: '/items/0/sku' } },
    ])
  })
})
