import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import type { Rule } from '../../clarity-extension/mapping/rules.ts'
import { panelServer, signedIn } from './panel-server.ts'

const at = '/api/mappings/order-to-odoo'
const withRule = (rule: Rule) => ({ ...orderToOdoo, rules: [rule, ...orderToOdoo.rules] })

async function desk() {
  const { app, ledger } = panelServer('failing')
  const headers = await signedIn(app)
  const send = (method: 'get' | 'put' | 'post' | 'delete', path: string, body?: object) =>
    request(app)[method](`${at}${path}`).set(headers).send(body)
  return { send, ledger, app, headers }
}

describe('the doors of the mappings', () => {
  it('list how every rule set stands', async () => {
    const { app, headers } = await desk()
    const { body } = await request(app).get('/api/mappings').set(headers).expect(200)
    expect(body.items.map(({ name }: { name: string }) => name)).toContain('payment-to-odoo')
    expect(body.items[0]).toMatchObject({ name: 'order-to-odoo', live: { number: 2, by: 'ann' }, draft: { by: 'bob' } })
  })

  it('refuse to save over somebody else, with both sides rule by rule and what a merged draft has to say', async () => {
    const { send } = await desk()
    const mine = withRule({ to: 'x_studio_source', const: 'mine' })
    const { body } = await send('put', '/draft', { seen: 3, rules: mine }).expect(409)
    expect(body).toMatchObject({ code: 'conflict', merge: { seen: 4, base: 2 } })
    expect(body.merge.parts.filter(({ state }: { state: string }) => state !== 'same')).toMatchObject([
      { key: 'rules/x_studio_channel 1', state: 'both' },
      { key: 'rules/x_studio_source 1', state: 'conflict', yours: { const: 'mine' } },
    ])
    const { seen, base } = body.merge
    await send('put', '/draft', { seen, base, rules: mine }).expect(200)
    const now = await send('post', '/activate', { seen: 5, note: 'Both' }).expect(200)
    expect(now.body).toMatchObject({
      live: 3,
      draft: null,
      versions: [{ number: 3, by: 'admin', note: 'Both' }, {}, {}],
    })
    const back = await send('post', '/rollback', { to: 2, note: 'Not both' }).expect(200)
    expect(back.body.live).toBe(2)
  })

  it('name every fault of rules, where it is, and let none that cannot work go live', async () => {
    const { send } = await desk()
    const { body } = await send('put', '/draft', { seen: 4, rules: { ...orderToOdoo, rules: [{ to: 'x' }] } }).expect(
      400,
    )
    expect(body).toMatchObject({
      code: 'invalid_rules',
      faults: [{ at: '/rules/0', message: /exactly one/ }].map(() => ({ at: '/rules/0' })),
    })
    const broken = withRule({ to: 'origin', from: 'number', convert: ['uper'] })
    const saved = await send('put', '/draft', { seen: 4, rules: broken }).expect(200)
    expect(saved.body.draft.faults).toEqual(
      expect.arrayContaining([
        { at: '/rules/0/convert/0', level: 'error', message: 'There is no conversion called “uper”.' },
      ]),
    )
    const refused = await send('post', '/activate', { seen: 5, note: 'Now' }).expect(400)
    expect(refused.body).toMatchObject({ code: 'invalid_rules', faults: [{ at: '/rules/0/convert/0' }] })
    const other = await send('put', '/draft', { seen: 5, rules: { ...orderToOdoo, model: 'res.partner' } }).expect(400)
    expect(other.body.faults).toMatchObject([{ at: '/model' }])
  })

  it('ask why, and refuse what makes no sense with a remedy', async () => {
    const { send } = await desk()
    expect((await send('post', '/activate', { seen: 4, note: ' ' }).expect(400)).body.detail).toMatch(/say why/)
    expect((await send('post', '/rollback', { to: 9, note: 'x' }).expect(404)).body.code).toBe('no_such_version')
    expect((await send('post', '/rollback', { to: 2, note: 'x' }).expect(409)).body.code).toBe('already_live')
    expect((await send('post', '/replay', {}).expect(400)).body.detail).toMatch(/version or ids/)
    expect((await send('get', '/versions/7').expect(404)).body.code).toBe('no_such_version')
    await send('delete', '/draft').expect(200)
    expect((await send('delete', '/draft').expect(409)).body.code).toBe('no_draft')
    expect((await send('post', '/test', { eventId: '999999' }).expect(404)).body.code).toBe('no_event_to_test')
  })

  it('try rules on a stored event without its personal data, and on a pasted one', async () => {
    const { send, ledger } = await desk()
    const stored = ledger.events.find(({ type }) => type === 'order.created')
    const rules = {
      ...orderToOdoo,
      rules: [
        { to: 'email', from: 'contact.email' },
        { to: 'origin', from: 'number' },
      ],
    }
    const one = await send('post', '/test', { rules, eventId: String(stored?.id) }).expect(200)
    expect(one.body).toMatchObject({
      ending: 'mapped',
      masked: true,
      event: { id: String(stored?.id) },
      writes: { 'order:1': { values: { email: '•••', origin: stored?.subject } } },
    })
    const pasted = await send('post', '/test', { rules, event: { number: 'X1', contact: { email: 'a@b.c' } } }).expect(
      200,
    )
    expect(pasted.body.writes['order:1'].values).toEqual({ email: 'a@b.c', origin: 'X1' })
    const failing = { ...orderToOdoo, rules: [{ to: 'origin', from: 'nowhere', required: true }] }
    expect((await send('post', '/test', { rules: failing }).expect(200)).body).toMatchObject({
      ending: 'correct',
      problems: [{ code: 'required', target: '/origin', remedy: expect.any(String) }],
    })
  })

  it('tell what a draft would change, and replay by version or by event', async () => {
    const { send, ledger } = await desk()
    const { body } = await send('post', '/preview', { last: 100 }).expect(200)
    expect(body).toMatchObject({ released: 7, broken: 0, fields: [{ field: 'order · origin' }] })
    expect((await send('post', '/replay', { version: 2 }).expect(200)).body).toEqual({ moved: 16 })
    await send('post', '/replay', { ids: ['12', '13'] }).expect(200)
    expect(ledger.moves).toEqual(['replay order-to-odoo@2 by admin', 'replay 2 by admin'])
    const records = await send('get', '/versions/2/records').expect(200)
    expect(records.body.items[0]).toMatchObject({ kind: 'order', odooModel: 'sale.order', superseded: false })
  })

  it('show both sides’ fields', async () => {
    const { send } = await desk()
    const { body } = await send('get', '/schema').expect(200)
    expect(body.source).toEqual(expect.arrayContaining([{ path: 'items[].sku', type: 'string', derived: false }]))
    expect(body.target).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'x_studio_channel', label: 'Channel' })]),
    )
    expect(body.conversions.length).toBeGreaterThan(30)
  })
})
