import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HIDDEN } from '../../clarity-extension/http/mask.ts'
import { cookieOf, PASSWORD, panelServer, signedIn } from './panel-server.ts'

const wrong = { name: 'admin', password: 'wrong' }
const right = { name: 'admin', password: PASSWORD }

describe('sign-in', () => {
  it('hands out a strict, unreadable cookie and marks it Secure behind TLS', async () => {
    const { app } = panelServer()
    const plain = await request(app).post('/api/session').send(right).expect(200)
    expect(plain.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict$/)
    expect(plain.headers['set-cookie']?.[0]).toMatch(/Path=\/;/)
    const tls = await request(app).post('/api/session').set('X-Forwarded-Proto', 'https').send(right).expect(200)
    expect(tls.headers['set-cookie']?.[0]).toMatch(/Secure/)
  })

  it('does not tell whether the name or the password was wrong', async () => {
    const { app } = panelServer()
    const name = await request(app)
      .post('/api/session')
      .send({ ...right, name: 'root' })
      .expect(401)
    const password = await request(app).post('/api/session').send(wrong).expect(401)
    expect({ ...name.body, requestId: '' }).toEqual({ ...password.body, requestId: '' })
  })

  it('locks out after five failures for a time that grows, the right password included', async () => {
    const { app, clock } = panelServer()
    for (let i = 0; i < 5; i++) await request(app).post('/api/session').send(wrong).expect(401)
    const locked = await request(app).post('/api/session').send(right).expect(429)
    expect(locked.body).toMatchObject({
      code: 'locked_out',
      retryAfterSeconds: 60,
      remedy: 'Wait 60 seconds, then try again.',
    })
    expect(locked.headers['retry-after']).toBe('60')
    clock.now += 60_000
    await request(app).post('/api/session').send(wrong).expect(401)
    expect((await request(app).post('/api/session').send(right).expect(429)).body.retryAfterSeconds).toBe(120)
    clock.now += 120_000
    await request(app).post('/api/session').send(right).expect(200)
    await request(app).post('/api/session').send(wrong).expect(401)
  })

  it('counts guesses that arrive at once', async () => {
    const { app } = panelServer()
    const answers = await Promise.all(Array.from({ length: 12 }, () => request(app).post('/api/session').send(wrong)))
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5)
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(7)
  })

  it('starts a new session each time and ends the one before', async () => {
    const { app } = panelServer()
    const first = await signedIn(app)
    const second = cookieOf(await request(app).post('/api/session').set(first).send(right).expect(200))
    expect(second).not.toBe(first.Cookie)
    await request(app).get('/api/overview').set(first).expect(401)
    await request(app).get('/api/overview').set({ Cookie: second }).expect(200)
  })

  it('ends after twelve hours, and at sign-out at once', async () => {
    const { app, clock } = panelServer()
    const headers = await signedIn(app)
    clock.now += 12 * 3_600_000 - 1000
    await request(app).get('/api/overview').set(headers).expect(200)
    clock.now += 2000
    await request(app).get('/api/overview').set(headers).expect(401)
    const again = await signedIn(app)
    await request(app).delete('/api/session').set(again).expect(204)
    await request(app).get('/api/overview').set(again).expect(401)
    expect((await request(app).get('/api/session').set(again).expect(200)).body.user).toBeNull()
  })

  it('refuses a token of another key, another algorithm, another audience', async () => {
    const { app } = panelServer()
    const none = 'eyJhbGciOiJub25lIn0.eyJqdGkiOiJ4Iiwic3ViIjoiYWRtaW4iLCJleHAiOjQxMDI0NDQ4MDB9.'
    const jwt = (await import('jsonwebtoken')).default
    const foreign = jwt.sign({ jti: 'x', sub: 'admin' }, 'another key', { audience: 'bridge-panel', expiresIn: 60 })
    for (const token of [none, foreign, 'rubbish', ''])
      await request(app).get('/api/overview').set('Cookie', `bridge_session=${token}`).expect(401)
  })
})

describe('writes', () => {
  it('need the token of this session', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const other = await signedIn(app)
    for (const token of ['', 'rubbish', other['X-CSRF-Token']]) {
      const answer = await request(app)
        .post('/api/connections/odoo/pause')
        .set({ ...headers, 'X-CSRF-Token': token })
        .expect(403)
      expect(answer.body.code).toBe('foreign_page')
    }
    expect(ledger.moves).toEqual([])
    await request(app).post('/api/connections/odoo/pause').set(headers).expect(200)
  })

  it('are refused from another origin, sign-in included', async () => {
    const { app } = panelServer()
    const headers = await signedIn(app)
    await request(app).post('/api/session').set('Origin', 'https://evil.example').send(right).expect(403)
    await request(app).post('/api/session').set('Sec-Fetch-Site', 'cross-site').send(right).expect(403)
    await request(app).post('/api/connections/odoo/pause').set(headers).set('Sec-Fetch-Site', 'same-site').expect(403)
    await request(app).post('/api/connections/odoo/pause').set(headers).set('Origin', 'null').expect(403)
    await request(app).post('/api/connections/odoo/pause').set(headers).set('Sec-Fetch-Site', 'same-origin').expect(200)
  })

  it('are limited per address', async () => {
    const { app } = panelServer('empty', { requestsPerMinute: 3 })
    for (let i = 0; i < 3; i++) await request(app).get('/api/session').expect(200)
    const answer = await request(app).get('/api/session').expect(429)
    expect(answer.body).toMatchObject({ code: 'too_many_requests', remedy: 'Wait a minute, then try again.' })
  })
})

describe('events', () => {
  it('page by cursor, each event once, newest first', async () => {
    const { app, ledger } = panelServer('many')
    const headers = await signedIn(app)
    const seen: number[] = []
    let cursor = ''
    for (let page = 0; page < 5; page++) {
      const answer = await request(app).get(`/api/events?limit=200&cursor=${cursor}`).set(headers).expect(200)
      seen.push(...answer.body.items.map((item: { id: string }) => Number(item.id)))
      cursor = answer.body.nextCursor
    }
    expect(seen).toEqual(ledger.events.slice(0, 1000).map((event) => event.id))
    const last = ledger.events.at(-3)?.id
    const end = await request(app).get(`/api/events?cursor=${last}`).set(headers).expect(200)
    expect(end.body.items).toHaveLength(2)
    expect(end.body.nextCursor).toBeNull()
  })

  it('filter by state, type, cause and search', async () => {
    const { app } = panelServer()
    const headers = await signedIn(app)
    const get = async (query: string) =>
      (await request(app).get(`/api/events?${query}`).set(headers).expect(200)).body.items
    expect(await get('state=dead,held')).toHaveLength(12)
    expect(await get('state=dead&cause=unknown_sku')).toHaveLength(7)
    expect(await get('q=%233199&type=order.created')).toHaveLength(1)
    for (const query of ['state=nonsense', 'limit=0', 'limit=201', 'cursor=abc', `q=${'x'.repeat(201)}`]) {
      const answer = await request(app).get(`/api/events?${query}`).set(headers).expect(400)
      expect(answer.body.detail).toContain(query.split('=')[0])
    }
  })

  it('tell a trace with what is personal masked, in full only when asked, and that is logged', async () => {
    const { app, ledger, lines } = panelServer()
    const headers = await signedIn(app)
    const order = ledger.events.find((event) => event.type === 'order.created')
    const masked = await request(app).get(`/api/events/${order?.id}`).set(headers).expect(200)
    expect(masked.body.payload.masked).toBe(true)
    for (const secret of ['Ada', 'ada@', '7946', 'St James', 'SW1Y']) expect(masked.text).not.toContain(secret)
    expect(masked.body.payload.body.data.items[0].name).toBe('Enamel mug, blue')
    const full = await request(app).post(`/api/events/${order?.id}/reveal`).set(headers).expect(200)
    expect(full.body.body.data.contact.email).toBe('ada@example.com')
    const logged = lines.find((line) => line.includes('payload shown in full'))
    expect(logged).toContain(`"event":${order?.id}`)
    expect(lines.join('')).not.toContain('ada@example.com')
  })

  it('are replayed and dismissed once; a second click says so', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const [first, second] = ledger.events.filter((event) => event.cause === 'unknown_sku')
    const replayed = await request(app).post(`/api/events/${first?.id}/replay`).set(headers).expect(200)
    expect(replayed.body.event.state).toBe('ready')
    const again = await request(app).post(`/api/events/${first?.id}/replay`).set(headers).expect(409)
    expect(again.body).toMatchObject({ code: 'not_open' })
    const dismiss = () => request(app).post(`/api/events/${second?.id}/dismiss`).set(headers)
    expect((await dismiss().send({ reason: ' ' }).expect(400)).body.detail).toContain('reason')
    await dismiss().send({ reason: 'sold by phone' }).expect(200)
    expect(ledger.moves).toEqual([`ready ${first?.id} by admin`, `dismissed ${second?.id} by admin`])
    await request(app).post('/api/events/999999/replay').set(headers).expect(404)
    await request(app).get('/api/events/nonsense').set(headers).expect(404)
  })
})

describe('a correction', () => {
  const fixture = () =>
    JSON.parse(readFileSync(resolve(import.meta.dirname, '../fixtures/events/order.created.json'), 'utf8'))

  it('is checked field by field as it is typed, and refused with the field', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const event = ledger.events.find(({ cause }) => cause === 'unknown_sku')
    const body = fixture()
    body.data.items[0].quantity = 'two'
    const post = (what: string, sent: object) =>
      request(app).post(`/api/events/${event?.id}/${what}`).set(headers).send({ body: sent })
    expect((await post('check', body).expect(200)).body.problems).toEqual([
      expect.objectContaining({ field: '/data/items/0/quantity' }),
    ])
    expect((await post('check', fixture()).expect(200)).body.problems).toEqual([])
    const refused = (await post('correct', body).expect(422)).body
    expect(refused).toMatchObject({
      code: 'invalid_correction',
      detail: expect.stringContaining('/data/items/0/quantity'),
    })
    expect(event?.correction).toBeNull()
  })

  it('puts back what was masked, is stored and runs once', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const event = ledger.events.find(({ cause }) => cause === 'unknown_sku')
    const original = fixture()
    Object.assign(event ?? {}, {
      payload: JSON.stringify({ ...original, data: { ...original.data, token: 'secret' } }),
    })
    const body = fixture()
    body.data.token = HIDDEN
    body.data.items[0].sku = 'MUG-GREEN'
    const correct = () => request(app).post(`/api/events/${event?.id}/correct`).set(headers).send({ body })
    const trace = (await correct().expect(200)).body
    expect(JSON.parse(event?.correction ?? '')).toMatchObject({
      data: { token: 'secret', items: [{ sku: 'MUG-GREEN' }] },
    })
    expect(trace.correction).toMatchObject({ by: 'admin', payload: { masked: true } })
    expect(JSON.stringify(trace)).not.toContain('secret')
    expect((await correct().expect(409)).body.code).toBe('not_open')
  })
})

describe('a decision', () => {
  it('approves what can be approved, is assigned and talked about', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const held = ledger.events.find(({ cause }) => cause === 'totals_differ')
    const list = (await request(app).get('/api/reviews').set(headers).expect(200)).body
    expect(list.items).toHaveLength(2)
    expect(list.items[0]).toMatchObject({ approvable: true, assignee: null, comments: 0 })
    const post = (what: string, body: object = {}) =>
      request(app).post(`/api/events/${held?.id}/${what}`).set(headers).send(body)
    expect((await post('assign', { assignee: 'ada' }).expect(200)).body.review.assignee).toBe('ada')
    expect((await post('comments', { text: 'Rounding.' }).expect(200)).body.review.comments).toMatchObject([
      { who: 'admin', text: 'Rounding.' },
    ])
    expect((await request(app).get('/api/reviews?assignee=').set(headers).expect(200)).body.items).toHaveLength(1)
    expect((await post('approve').expect(200)).body.event.state).toBe('ready')
    expect((await post('approve').expect(409)).body.code).toBe('not_open')
    const [other] = ledger.events.filter(({ state }) => state === 'held')
    Object.assign(other ?? {}, { cause: 'already_delivered' })
    const refused = await request(app).post(`/api/events/${other?.id}/approve`).set(headers).expect(409)
    expect(refused.body).toMatchObject({ code: 'not_approvable', remedy: expect.stringContaining('return') })
  })
})

describe('what needs attention', () => {
  it('is grouped by cause with the remedy of its newest problem, and replayed as a group', async () => {
    const { app } = panelServer()
    const headers = await signedIn(app)
    const groups = (await request(app).get('/api/failures').set(headers).expect(200)).body.items
    expect(groups.map((group: { cause: string; count: number }) => [group.cause, group.count])).toEqual([
      ['unknown_sku', 7],
      ['timeout', 3],
      ['totals_differ', 2],
    ])
    expect(groups[0].remedy).toContain('internal reference MUG-BULE')
    expect(groups[1].remedy).toContain('can be reached')
    expect(
      (await request(app).post('/api/failures/replay').set(headers).send({ cause: 'unknown_sku' }).expect(200)).body,
    ).toEqual({
      moved: 7,
    })
    expect(
      (await request(app).post('/api/failures/replay').set(headers).send({ cause: 'unknown_sku' }).expect(200)).body,
    ).toEqual({
      moved: 0,
    })
    expect(
      (
        await request(app)
          .post('/api/failures/dismiss')
          .set(headers)
          .send({ which: { cause: 'timeout' }, reason: 'no longer needed' })
          .expect(200)
      ).body,
    ).toEqual({
      moved: 3,
    })
  })
})

describe('overview', () => {
  it('lets the worst thing decide', async () => {
    const level = async (
      which: Parameters<typeof panelServer>[0],
      change?: (server: ReturnType<typeof panelServer>) => unknown,
    ) => {
      const server = panelServer(which)
      change?.(server)
      const headers = await signedIn(server.app)
      return (await request(server.app).get('/api/overview').set(headers).expect(200)).body.level
    }
    expect(await level('empty')).toBe('quiet')
    expect(await level('well')).toBe('well')
    expect(await level('well', ({ clock }) => Object.assign(clock, { now: clock.now + 120_000 }))).toBe('busy')
    expect(await level('failing')).toBe('stopped')
    expect(await level('failing', ({ ledger }) => ledger.resumeConnection('odoo', 'ada'))).toBe('attention')
  })
})

describe("connections' settings", () => {
  it('show no secret, are tried before they are taken, and say what does not work', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const shown = await request(app).get('/api/connections/odoo').set(headers).expect(200)
    expect(shown.body).toMatchObject({ circuit: 'closed', lastError: { cause: 'unauthorized' } })
    expect(shown.body.fields).toContainEqual({ name: 'apiKey', secret: true, value: null })
    const change = (settings: object) => request(app).patch('/api/connections/odoo').set(headers).send({ settings })
    const refused = await change({ apiKey: 'wrong' }).expect(422)
    expect(refused.body).toMatchObject({
      code: 'settings_do_not_work',
      detail: 'Nothing was changed, for the new values do not work. Odoo refuses the API key.',
      remedy: 'Make a new key for the service user in Odoo and enter it here.',
    })
    expect((await change({ db: 'other' }).expect(200)).body.fields).toContainEqual({
      name: 'db',
      secret: false,
      value: 'other',
    })
    expect(ledger.moves).toEqual(['odoo db by admin'])
    const typo = request(app).patch('/api/connections/clarity').set(headers).send({ webhookSecret: 'hunter2' })
    expect((await typo.expect(400)).body.detail).toMatch(/webhookSecret: enter whsec_/)
  })

  it('replace a key and a secret by one request each, and say why where they cannot', async () => {
    const { app, ledger } = panelServer('well')
    const headers = await signedIn(app)
    const post = (path: string) => request(app).post(`/api/connections/${path}`).set(headers)
    expect((await post('odoo/rotate-key').expect(200)).body.key.previousUntil).toBeTruthy()
    expect((await post('clarity/rotate-secret').expect(200)).body.secrets.count).toBe(2)
    expect(ledger.moves).toEqual(['key by admin', 'secret of clarity by admin'])
    expect((await post('clarity/rotate-key').expect(409)).body).toMatchObject({
      code: 'key_made_elsewhere',
      remedy: expect.stringContaining('in the storefront'),
    })
    ledger.refusesKeys = true
    const refused = await post('odoo/rotate-key').expect(409)
    expect(refused.body).toMatchObject({ code: 'not_rotated', detail: 'Nothing was replaced. Odoo refuses the key.' })
    await request(app).post('/api/connections/odoo/rotate-key').expect(401)
  })
})

describe('connections', () => {
  it('never tell credentials in an address, say what to do, pause and resume', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const answer = await request(app).get('/api/connections').set(headers).expect(200)
    expect(answer.text).not.toMatch(/user:secret|key=secret/)
    expect(answer.body.items[1]).toMatchObject({ state: 'paused', cause: 'unauthorized', waiting: 23 })
    expect(answer.body.items[1].remedy).toContain('key')
    expect((await request(app).post('/api/connections/odoo/resume').set(headers).expect(200)).body.state).toBe('up')
    expect((await request(app).post('/api/connections/clarity/pause').set(headers).expect(200)).body.state).toBe(
      'paused',
    )
    expect(ledger.moves).toEqual(['resume odoo by admin', 'pause clarity by admin'])
    const report = await request(app).post('/api/connections/odoo/test').set(headers).expect(200)
    expect(report.body).toMatchObject({ ok: false, checks: [{ ok: true }, { ok: false, remedy: /new key/ }] })
    await request(app).post('/api/connections/paypal/test').set(headers).expect(404)
  })
})

describe('a person', () => {
  it('is told of in full, one record after the other; or that not all is read yet, with when to ask again', async () => {
    const { app, ledger } = panelServer()
    const headers = await signedIn(app)
    const ask = (what: string) => request(app).post(`/api/persons/${what}`).set(headers).send({ customerId: '55' })
    const { body } = await ask('export')
      .expect(200)
      .expect('Content-Type', /^application\/json/)
    expect(body.events).toMatchObject([{ id: '1157' }, { id: '1158', message: { customerId: '55' }, correction: null }])
    expect(body.firstLoads).toEqual([{ customerId: '55' }])
    ledger.unread = 12_000
    for (const what of ['export', 'erase']) {
      const answer = await ask(what).expect(503).expect('Retry-After', '5')
      expect(answer.body).toMatchObject({ code: 'history_being_read', detail: expect.stringContaining('12000') })
    }
  })
})

describe('live', () => {
  it('tells the overview at once and an event when it changes, and ends with the session', async () => {
    const { app, ledger, api } = panelServer()
    const headers = await signedIn(app)
    const server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((ready) => server.once('listening', ready))
    const { port } = z.object({ port: z.number() }).parse(server.address())
    const stream = await fetch(`http://127.0.0.1:${port}/api/live`, { headers })
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    const failed = ledger.events.find((event) => event.cause === 'timeout')
    let text = ''
    let replayed = false
    if (!stream.body) throw new Error('no stream')
    const reader = stream.body.getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += new TextDecoder().decode(read.value)
      if (text.includes('event: overview') && !replayed) {
        replayed = true
        await ledger.replay({ ids: [failed?.id ?? 0] }, 'admin')
      }
      if (text.includes('event: events')) api.close()
    }
    const changed = /event: events\ndata: (.*)\n/.exec(text)?.[1] ?? '[]'
    expect(JSON.parse(changed)).toMatchObject([{ id: String(failed?.id), state: 'ready' }])
    server.close()
  })
})

describe('every answer', () => {
  it('carries a strict policy, a request id, and no trace of the framework', async () => {
    const { app, lines } = panelServer()
    const answer = await request(app)
      .get('/admin/activity?q=ada@example.com')
      .set('X-Request-Id', 'my-own-id-1')
      .expect(503)
    expect(answer.body).toMatchObject({ code: 'panel_not_built', requestId: 'my-own-id-1' })
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(answer.headers['x-powered-by']).toBeUndefined()
    expect(lines.join('')).not.toContain('ada@example.com')
    const missing = await request(app).get('/nothing').set('X-Request-Id', 'bad id\u0009').expect(404)
    expect(missing.body.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })
})
