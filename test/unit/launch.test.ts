import { randomBytes } from 'node:crypto'
import express from 'express'
import jwt from 'jsonwebtoken'
import pino from 'pino'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { launchDoor } from '../../clarity-extension/http/launch.ts'
import { roleFor } from '../../clarity-extension/http/rights.ts'
import { secureHeaders } from '../../clarity-extension/http/security.ts'
import { SessionTokens } from '../../clarity-extension/http/session-token.ts'
import { launchOf } from '../../clarity-extension/sandbox/storefront/launch.ts'
import { launchKey } from '../../shared/launch.ts'
import { newSecret } from '../../shared/signature.ts'
import { panelServer } from './panel-server.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const SHOP = 'https://shop.example.com'
const BRIDGE = 'https://bridge.example.com'
const [current, previous] = [newSecret(), newSecret()]

function bridge() {
  const tokens = new SessionTokens('a secret key for tests', 'correct horse battery staple')
  const spent = new Map<string, number>()
  const recorded: unknown[] = []
  const app = express().set('trust proxy', 'loopback')
  app.use(...secureHeaders(() => [SHOP, 'https://admin.example.com']))
  app.use(
    launchDoor({
      tokens,
      spent: {
        add: async (id, until) => void spent.set(id, until),
        has: async (id) => spent.has(id),
        async spend(id, until) {
          if (spent.has(id)) return false
          spent.set(id, until)
          return true
        },
      },
      audit: { record: async (change) => void recorded.push(change) },
      secrets: () => [current, previous],
      origins: () => [SHOP],
      publicUrl: BRIDGE,
      log: pino({ level: 'silent' }),
      now: () => NOW,
    }),
  )
  const launch = (token: string, form: Record<string, string> = {}, origin = SHOP) =>
    request(app)
      .post('/launch')
      .set({ origin, 'x-forwarded-proto': 'https' })
      .type('form')
      .send({ token, ...form })
  return { app, tokens, launch, recorded }
}

const made = (change: { secret?: string; now?: number; bridgeUrl?: string } = {}) =>
  launchOf({ bridgeUrl: BRIDGE, shopUrl: SHOP, secret: current, now: NOW, ...change }).token

const claims = {
  iss: SHOP,
  sub: 'ann',
  role: 'operator',
  jti: 'a'.repeat(20),
  iat: NOW / 1000,
  exp: NOW / 1000 + 60,
  aud: `${BRIDGE}/launch`,
}
const without = (name: keyof typeof claims) =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))
const signed = (change: object = {}, key: jwt.Secret = launchKey(current), algorithm: jwt.Algorithm = 'HS256') =>
  jwt.sign({ ...claims, jti: randomBytes(16).toString('hex'), ...change }, key, { algorithm })

describe('a launch from the storefront', () => {
  it('signs in with the role that the storefront says, and goes to the page that was asked for', async () => {
    const { launch, tokens, recorded } = bridge()
    const answer = await launch(signed(), { to: '/attention' })
    expect([answer.status, answer.headers.location]).toEqual([303, '/admin/attention'])
    const [cookie = ''] = [answer.headers['set-cookie']].flat()
    expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Strict/)
    const token = /bridge_session=([^;]+)/.exec(cookie)?.[1] ?? ''
    expect(tokens.read(token, NOW)).toMatchObject({ user: 'ann (storefront)', role: 'operator' })
    expect(recorded).toMatchObject([{ who: 'ann (storefront)', action: 'session.launch' }])
  })

  it('gives a frame a cookie that browsers keep for that frame alone', async () => {
    const answer = await bridge().launch(made(), { embed: '1' })
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; Secure; Partitioned; SameSite=None/)
  })

  it('takes the previous secret while it is rotated, and the clock a few seconds off', async () => {
    const { launch } = bridge()
    expect((await launch(made({ secret: previous }))).status).toBe(303)
    expect((await launch(made({ now: NOW + 4_000 }))).status).toBe(303)
  })

  it('takes a token once, also of two that come at the same time', async () => {
    const { launch } = bridge()
    const token = made()
    const answers = await Promise.all([launch(token), launch(token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401])
    expect((await launch(token)).text).toContain('was used already')
  })

  const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`
  it.each<[string, string]>([
    ['that has expired', made({ now: NOW - 66_000 })],
    ['from the future', made({ now: NOW + 20_000 })],
    ['that is good for longer than a minute', signed({ exp: NOW / 1000 + 3_600 })],
    ['without an end', jwt.sign(without('exp'), launchKey(current))],
    ['for another bridge', made({ bridgeUrl: 'https://other.example.com' })],
    ['for nobody', jwt.sign(without('aud'), launchKey(current))],
    ['of a stranger', made({ secret: newSecret() })],
    ['signed by the webhook secret itself', signed({}, Buffer.from(current.slice(6), 'base64'))],
    ['of another algorithm', signed({}, launchKey(current), 'HS512')],
    ['of no algorithm', unsigned],
    ['with a role that there is not', signed({ role: 'owner' })],
    ['without an id', jwt.sign(without('jti'), launchKey(current))],
    [
      'of a session',
      new SessionTokens('a secret key for tests', 'correct horse battery staple').issue(
        { user: 'admin', role: 'admin' },
        NOW,
      ).token,
    ],
    ['that is none', 'hello'],
  ])('refuses a token %s', async (_what, token) => {
    const answer = await bridge().launch(token)
    expect(answer.status).toBe(401)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.text).toContain('open the panel under Extensions')
  })

  it('refuses a page that is not the storefront, and a way out of the panel', async () => {
    const { launch } = bridge()
    expect((await launch(made(), {}, 'https://evil.example.com')).status).toBe(403)
    for (const to of ['//evil.example.com', 'https://evil.example.com', '/\\evil.example.com'])
      expect((await launch(made(), { to })).status).toBe(400)
  })

  it('lets the storefront alone frame the panel', async () => {
    const { headers } = await bridge().launch('hello')
    expect(headers['content-security-policy']).toContain(`frame-ancestors ${SHOP} https://admin.example.com`)
    expect(headers['x-frame-options']).toBeUndefined()
    const alone = await request(panelServer().app).get('/admin/')
    expect(alone.headers['content-security-policy']).toContain("frame-ancestors 'none'")
  })
})

describe('roles', () => {
  it.each([
    ['GET', '/events', 'viewer'],
    ['POST', '/events/1/replay', 'operator'],
    ['POST', '/events/1/reveal', 'operator'],
    ['PUT', '/mappings/order-to-odoo/draft', 'operator'],
    ['POST', '/mappings/order-to-odoo/activate', 'admin'],
    ['POST', '/connections/odoo/pause', 'admin'],
    ['POST', '/connections/odoo/test', 'operator'],
    ['PATCH', '/entities/order', 'admin'],
    ['PUT', '/alerts/settings', 'admin'],
    ['POST', '/alerts/1/silence', 'operator'],
    ['PATCH', '/anomaly-rules/price', 'admin'],
    ['POST', '/persons/export', 'admin'],
    ['POST', '/Connections/odoo/pause', 'admin'],
    ['POST', '/mappings/order-to-odoo/Activate/', 'admin'],
    ['PATCH', '/entities/order/', 'admin'],
    ['POST', '/loads/7/start', 'admin'],
    ['POST', '/loads/7/decisions', 'operator'],
  ])('%s %s takes %s', (method, path, role) => {
    expect(roleFor(method, path)).toBe(role)
  })

  it('hold on the server, whatever the page shows', async () => {
    const { app, tokens, clock } = panelServer()
    const as = (role: 'viewer' | 'operator') => {
      const { token, session } = tokens.issue({ user: 'ann (storefront)', role }, clock.now)
      return { cookie: `bridge_session=${token}`, 'x-csrf-token': tokens.csrfToken(session) }
    }
    await request(app).get('/api/events').set(as('viewer')).expect(200)
    const refused = await request(app).post('/api/failures/replay').set(as('viewer')).send({ cause: 'unknown_sku' })
    expect([refused.status, refused.body.code]).toEqual([403, 'not_allowed'])
    expect(refused.body.remedy).toContain('Ask olga or admin')
    await request(app).post('/api/failures/replay').set(as('operator')).send({ cause: 'unknown_sku' }).expect(200)
    await request(app).post('/api/connections/odoo/pause').set(as('operator')).expect(403)
    const { body } = await request(app).get('/api/session').set(as('viewer'))
    expect(body.user).toEqual({ name: 'ann (storefront)', role: 'viewer' })
    await request(app).get('/api/users').set(as('operator')).expect(403)
  })
})
