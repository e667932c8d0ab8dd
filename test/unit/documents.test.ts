import express from 'express'
import jwt from 'jsonwebtoken'
import pino from 'pino'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { type DocumentOptions, documentDoors } from '../../clarity-extension/http/documents.ts'
import { SessionTokens } from '../../clarity-extension/http/session-token.ts'
import { retry } from '../../shared/outcome.ts'
import { newSecret, newWebhookId, signHeaders } from '../../shared/signature.ts'

const NOW = 1_795_000_000
const secret = newSecret()
const secretKey = 'a key for tests only, of some length'
const file = {
  name: 'INV_2026_1 ä.pdf',
  content_type: 'application/pdf',
  content: Buffer.from('%PDF-1.4').toString('base64'),
}

function app(over: Partial<DocumentOptions> = {}, now = NOW) {
  const asked: string[] = []
  const doors = documentDoors({
    async invoice(id) {
      asked.push(id)
      return { ok: true, value: id === '41' ? file : null }
    },
    secrets: () => [secret],
    secretKey,
    log: pino({ level: 'silent' }),
    now: () => now * 1000,
    ...over,
  })
  return { asked, app: express().use(doors) }
}

const pdfUrl = (id: string) => `https://bridge.example.com/documents/invoices/${id}`
function askLink(target: express.Express, wish: unknown, key = secret) {
  const body = Buffer.from(JSON.stringify(wish))
  const headers = { ...signHeaders(body, [key], newWebhookId(), NOW) }
  return request(target)
    .post('/documents/links')
    .set(headers)
    .set('content-type', 'application/json')
    .send(body.toString())
}
async function linkOf(target: express.Express, id = '41'): Promise<string> {
  const { url } = (await askLink(target, { pdfUrl: pdfUrl(id) }).expect(201)).body as { url: string }
  return url.replace('https://bridge.example.com', '')
}

describe('the door to documents', () => {
  it('gives the storefront a link that opens the one document, for five minutes', async () => {
    const { app: now, asked } = app()
    const answer = await askLink(now, { pdfUrl: pdfUrl('41') }).expect(201)
    expect(answer.body.expiresAt).toBe(new Date((NOW + 300) * 1000).toISOString())
    const link = await linkOf(now)
    const opened = await request(now).get(link).expect(200)
    expect(opened.headers).toMatchObject({
      'content-type': 'application/pdf',
      'cache-control': 'private, no-store',
      'content-disposition': "inline; filename*=UTF-8''INV_2026_1%20%C3%A4.pdf",
      'x-content-type-options': 'nosniff',
    })
    expect(Buffer.from(opened.body).toString()).toBe('%PDF-1.4')
    expect(asked).toEqual(['41'])
    await request(app({}, NOW + 299).app)
      .get(link)
      .expect(200)
    await request(app({}, NOW + 301).app)
      .get(link)
      .expect(403)
  })

  it('opens no other document with it, and none without', async () => {
    const { app: now, asked } = app()
    const token = new URLSearchParams((await linkOf(now)).split('?')[1]).get('token')
    await request(now).get(`/documents/invoices/42?token=${token}`).expect(403)
    await request(now).get('/documents/invoices/41').expect(403)
    await request(now).get(`/documents/invoices/41?token=${token}x`).expect(403)
    expect(asked).toEqual([])
  })

  it('takes no token that was made for something else or by somebody else', async () => {
    const session = new SessionTokens(secretKey, 'correct horse battery').issue(
      { user: 'admin', role: 'admin' },
      NOW * 1000,
    ).token
    const claims = { sub: 'invoices/41', exp: NOW + 60, aud: 'bridge-document' }
    const forged = jwt.sign(claims, 'another key', { algorithm: 'HS256' })
    const unsigned = jwt.sign(claims, '', { algorithm: 'none' })
    for (const token of [session, forged, unsigned]) {
      await request(app().app).get(`/documents/invoices/41?token=${token}`).expect(403)
    }
  })

  it('makes links for nobody but the storefront, and only to documents', async () => {
    expect((await askLink(app().app, { pdfUrl: pdfUrl('41') }, newSecret()).expect(401)).body.code).toBe(
      'bad_signature',
    )
    await request(app().app)
      .post('/documents/links')
      .send({ pdfUrl: pdfUrl('41') })
      .expect(401)
    for (const wish of [
      {},
      { pdfUrl: 'https://bridge.example.com/api/session' },
      { pdfUrl: `${pdfUrl('41')}/x` },
      [],
    ]) {
      const { body } = await askLink(app().app, wish).expect(400)
      expect(body.remedy).toContain('pdfUrl')
    }
  })

  it('says what is wrong: no such invoice, Odoo away, Odoo that cannot print', async () => {
    const { app: now } = app()
    await request(now)
      .get(await linkOf(now, '42'))
      .expect(404)
    const away = app({ invoice: async () => ({ ok: false, outcome: retry('network', 'away') }) }).app
    await request(away)
      .get(await linkOf(away))
      .expect(503)
      .expect('retry-after', '60')
    const problem = { code: 'business_rule', message: 'Unable to find Wkhtmltopdf', remedy: '' }
    const mute = app({ invoice: async () => ({ ok: false, outcome: { kind: 'correct', problems: [problem] } }) }).app
    expect(
      (
        await request(mute)
          .get(await linkOf(mute))
          .expect(502)
      ).body.remedy,
    ).toContain('wkhtmltopdf')
  })
})
