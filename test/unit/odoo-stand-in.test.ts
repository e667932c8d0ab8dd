import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { createOdooStandIn } from '../../clarity-extension/sandbox/odoo/stand-in.ts'
import { createOdooClient, type OdooClient } from '../../odoo-bridge/client/client.ts'
import { odooEnvelope } from '../../shared/events.ts'
import { newSecret, verifySignature } from '../../shared/signature.ts'
import { line, order } from '../contract/odoo-operations.ts'

/** What the contract suite does not ask: that it lasts, how it sends, and its page. */
describe('the Odoo stand-in', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  it('keeps orders, stock, links and waiting events over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'stand-in-'))
    ends.push(() => rm(dataDir, { recursive: true }))
    const operation = order({ ref: 'kept', lines: [line({ sku: 'MUG-WHT', quantity: '2', price: '12.40' })] })
    const before = await start({ dataDir })
    const [created] = await before.apply(operation)
    const waiting = await before.client.pull(10)
    await before.odoo.stop()

    const after = await start({ dataDir })
    expect(await after.apply(operation)).toMatchObject([{ status: 'unchanged', res_id: created?.res_id }])
    expect(await after.client.pull(10)).toEqual(waiting)
    expect(after.odoo.person.count('sale.order', {})).toBe(1)
    expect(after.odoo.person.count('product.product', { default_code: 'MUG-WHT' })).toBe(1)
  })

  it('is seeded with all of the catalogue', async () => {
    const { odoo, client } = await start()
    expect(catalogue.products.length).toBeGreaterThanOrEqual(40)
    const skus = catalogue.products.map(({ sku }) => sku)
    const reply = await client.readState('main', 'stock', skus)
    expect(reply).toMatchObject({ ok: true })
    const stock = reply.ok ? reply.value.stock : []
    for (const { sku, stock: wanted } of catalogue.products) {
      const rows = stock.filter((row) => row.sku === sku).map((row) => [row.warehouse, Number(row.on_hand)])
      expect(Object.fromEntries(rows)).toEqual(wanted)
    }
    expect(odoo.person.count('account.tax', { type_tax_use: 'sale' })).toBe(catalogue.taxes.length)
  })

  describe('its webhooks', () => {
    it('are signed over the bytes that are sent, and gone once they are stored', async () => {
      const receiver = await receive(() => ({ status: 202 }))
      const { odoo, client, apply } = await start({ webhook: receiver })
      await apply(order({ ref: 'sent', lines: [line({ sku: 'MUG-WHT', price: '12.40' })] }))
      await odoo.deliver()
      const types = receiver.got.map(({ body }) => odooEnvelope.parse(JSON.parse(body.toString())).type).sort()
      expect(types).toEqual(['sale_order.changed', 'stock.changed'])
      for (const { body, headers } of receiver.got) {
        expect(verifySignature(body, headers, [receiver.secret], Date.now() / 1000)).toBeUndefined()
      }
      expect(await pending(client)).toBe(0)
    })

    it('come again under the same id until they are stored, later each time', async () => {
      const clock = { now: Date.parse('2026-03-01T09:00:00Z') }
      const receiver = await receive((attempt) => ({ status: attempt < 3 ? 503 : 202 }))
      const { odoo, client } = await start({ webhook: receiver, clock: () => clock.now })
      odoo.person.setOnHand('MUG-WHT', 'WH', '5')
      for (const seconds of [0, 1, 2]) {
        clock.now += seconds * 1000
        await odoo.deliver()
      }
      const ids = receiver.got.map(({ headers }) => headers['webhook-id'])
      expect(ids).toHaveLength(3)
      expect(new Set(ids).size).toBe(1)
      expect(receiver.got.map(({ headers }) => headers['webhook-timestamp'])).toEqual(
        ['0', '1', '3'].map((s) => `${1772355600 + Number(s)}`),
      )
      expect(await pending(client)).toBe(0)
    })

    it('wait as long as Retry-After says', async () => {
      const clock = { now: 1_000_000 }
      const receiver = await receive((attempt) => ({
        status: attempt === 1 ? 503 : 202,
        headers: { 'retry-after': '60' },
      }))
      const { odoo } = await start({ webhook: receiver, clock: () => clock.now })
      odoo.person.setOnHand('MUG-WHT', 'WH', '5')
      await odoo.deliver()
      clock.now += 59_000
      await odoo.deliver()
      expect(receiver.got).toHaveLength(1)
      clock.now += 1_000
      await odoo.deliver()
      expect(receiver.got).toHaveLength(2)
    })

    it('of a burst on one product are one, and a change during sending is another with its own id', async () => {
      let during: (() => void) | undefined
      const receiver = await receive((attempt) => {
        if (attempt === 1) during?.()
        return { status: 202 }
      })
      const { odoo, client } = await start({ webhook: receiver })
      during = () => odoo.person.setOnHand('MUG-WHT', 'WH', '99')
      for (let n = 1; n <= 20; n++) odoo.person.setOnHand('MUG-WHT', 'WH', `${n}`)
      await odoo.deliver()
      expect(receiver.got).toHaveLength(2)
      expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
      expect(await pending(client)).toBe(0)
    })

    it('stop when the receiver is gone, and go on when a person says so', async () => {
      const receiver = await receive((attempt) => ({ status: attempt === 1 ? 410 : 202 }))
      const { odoo, client, url } = await start({ webhook: receiver })
      odoo.person.setOnHand('MUG-WHT', 'WH', '5')
      await odoo.deliver()
      odoo.person.setOnHand('MUG-GRN', 'WH', '5')
      await odoo.deliver()
      expect(receiver.got).toHaveLength(1)
      expect(await client.ping()).toMatchObject({ value: { outbox: { pending: 2, sending: false } } })
      await fetch(`${url}/webhooks/resume`, { method: 'POST' })
      await odoo.deliver()
      expect(receiver.got).toHaveLength(3)
      expect(await client.ping()).toMatchObject({ value: { outbox: { pending: 0, sending: true } } })
    })
  })

  describe('its page', () => {
    it('shows what people typed as text, under a policy without inline script', async () => {
      const { apply, url } = await start()
      const name = '<img src=x onerror=alert(1)>'
      const mug = line({ sku: 'MUG-WHT', price: '12.40', more: { name: '</td><script>alert(2)</script>' } })
      const operation = order({ ref: 'html', lines: [mug] })
      await apply({ ...operation, ensure: operation.ensure?.map((record) => ({ ...record, values: { name } })) ?? [] })
      const response = await fetch(url)
      const page = await response.text()
      expect(page).not.toContain('<img src=x')
      expect(page).not.toContain('<script>')
      expect(page).toContain('&#60;img src=x')
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe-inline')
      for (const asset of ['/page.css', '/page.js']) expect((await fetch(url + asset)).status).toBe(200)
    })

    it('delivers in part, sets tracking and counts stock', async () => {
      const { apply, client, url } = await start()
      await apply(order({ ref: 'played', lines: [line({ sku: 'MUG-WHT', quantity: '3', price: '12.40' })] }))
      const submit = (path: string, fields: Record<string, string>) =>
        fetch(url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
      await submit('/pickings/1', { act: 'tracking', tracking: 'TRACK-9' })
      await submit('/pickings/1', { act: 'partly', 'sku:MUG-WHT': '1' })
      await submit('/stock', { sku: 'MUG-GRN', warehouse: 'EAST', quantity: '17' })
      expect(await client.readState('main', 'picking', ['1', '2'])).toMatchObject({
        value: {
          pickings: [
            { state: 'done', tracking: 'TRACK-9', lines: [{ quantity: '1' }] },
            { state: 'assigned', lines: [{ quantity: '2' }] },
          ],
        },
      })
      const stock = await client.readState('main', 'stock', ['MUG-GRN'])
      expect(JSON.stringify(stock)).toContain('"on_hand":"17"')

      const refused = await submit('/pickings/2', { act: 'partly', 'sku:MUG-WHT': '0' })
      expect(refused.headers.get('location')).toContain('failed=1')
      expect(
        (await submit('/stock', { sku: 'MUG-GRN', warehouse: 'EAST', quantity: 'many' })).headers.get('location'),
      ).toContain('failed=1')
    })

    it('takes no form of another site', async () => {
      const { url, odoo } = await start()
      const body = new URLSearchParams({ sku: 'MUG-GRN', warehouse: 'WH', quantity: '1' })
      const response = await fetch(`${url}/stock`, {
        method: 'POST',
        body,
        headers: { origin: 'https://evil.example' },
      })
      expect(response.status).toBe(403)
      expect(odoo.person.count('stock.quant', { quantity: '1' })).toBe(0)
    })
  })

  it('says aloud what only a real Odoo can do', async () => {
    const { client, apply } = await start()
    expect(JSON.stringify(await client.call('res.partner', 'search_read', { domain: [] }))).toContain(
      'needs a real Odoo',
    )
    expect(await client.call('no.such.model', 'read', {})).toMatchObject({ outcome: { kind: 'correct' } })
    const invoice = { ...order({ ref: 'inv', lines: [] }), model: 'account.move' }
    expect(await apply(invoice)).toMatchObject([{ status: 'correct', problems: [{ value: 'account.move' }] }])
  })

  interface Wishes {
    dataDir?: string
    webhook?: { url: string; secret: string }
    clock?: () => number
  }

  async function start({ dataDir = ':memory:', ...more }: Wishes = {}) {
    const odoo = createOdooStandIn({ dataDir, apiKey: 'key', seed: catalogue, ...more })
    ends.push(() => odoo.stop())
    const url = await odoo.start(0)
    const client = createOdooClient({ url, db: odoo.database, apiKey: 'key', transport: 'json2' })
    const apply = async (...operations: Parameters<typeof client.apply>[1]) => {
      const reply = await client.apply('main', operations)
      if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
      return reply.value
    }
    return { odoo, client, url, apply }
  }

  async function receive(answer: (attempt: number) => { status: number; headers?: Record<string, string> }) {
    const got: { headers: IncomingHttpHeaders; body: Buffer }[] = []
    const server: Server = createServer(async (request, response) => {
      got.push({ headers: request.headers, body: await buffer(request) })
      const { status, headers = {} } = answer(got.length)
      response.writeHead(status, headers).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ends.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    return { got, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`, secret: newSecret() }
  }

  /** How many events wait to be stored by the receiver. */
  async function pending(client: OdooClient): Promise<number | undefined> {
    const ping = await client.ping()
    return ping.ok ? ping.value.outbox.pending : undefined
  }
})
