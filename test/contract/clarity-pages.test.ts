import { afterEach, describe, expect, it } from 'vitest'
import { openSandbox } from '../support/clarity-api.ts'
import { openReceiver } from '../support/receiver.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A shopper without a browser: keeps the cart's cookie, posts forms, follows nothing. */
async function shopper() {
  const sandbox = await openSandbox()
  closers.push(() => sandbox.storefront.stop())
  let cookie = ''
  async function visit(path: string, form?: Record<string, string>, headers: Record<string, string> = {}) {
    const response = await fetch(sandbox.url + path, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie, accept: 'text/html', ...headers },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    })
    cookie = response.headers.get('set-cookie')?.replace(/;.*$/, '') ?? cookie
    return {
      status: response.status,
      to: response.headers.get('location'),
      headers: response.headers,
      text: await response.text(),
    }
  }
  const address = {
    name: '<b>Ann</b>',
    email: 'ann@example.com',
    line1: '1 Main St',
    city: 'Austin',
    country: 'us',
    method: 'Express',
  }
  return { ...sandbox, visit, address }
}

describe('the shop', () => {
  it('sells in two forms, and shows the order with status and shipments', async () => {
    const { api, visit, address } = await shopper()
    expect((await visit('/')).text).toContain('Classic tee')
    await visit('/cart', { sku: 'TEE-RED-M', quantity: '1' })
    await visit('/cart', { sku: 'TEE-RED-M', quantity: '1' })
    expect((await visit('/cart')).text).toContain('value="2"')
    const placed = await visit('/checkout', address)
    expect([placed.status, placed.to]).toEqual([303, expect.stringMatching(/^\/order\/ord_/)])
    const id = String(placed.to).replace('/order/', '')
    await api.post(`/orders/${id}/shipments`, {
      lines: [{ lineId: 'L1', sku: 'TEE-RED-M', quantity: '2' }],
      trackingNumber: '1Z9',
      trackingUrl: 'javascript:alert(1)',
    })
    await api.patch(`/orders/${id}/status`, { status: 'shipped', externalKey: 'S00042' })
    const live = (await visit(`/order/${id}/live`)).text
    expect(live).toContain('S00042')
    expect(live).toContain('1Z9')
    expect(live).toContain('&lt;b&gt;Ann&lt;/b&gt;')
    expect(live).not.toContain('javascript:')
    expect((await visit('/cart')).text).toContain('Your cart is empty')
  })

  it('says why an order cannot be placed, and keeps the cart', async () => {
    const { visit, address } = await shopper()
    await visit('/cart', { sku: 'LAMP-BRS', quantity: '99' })
    const refused = await visit('/checkout', address)
    expect([refused.status, refused.text]).toEqual([
      422,
      expect.stringContaining('There are not 99 of LAMP-BRS in stock.'),
    ])
    expect((await visit('/cart')).text).toContain('value="99"')
  })

  it('takes a cookie that somebody edited', async () => {
    const { visit } = await shopper()
    expect((await visit('/cart', undefined, { cookie: 'cart=%E0%A4%A*1.X*-5.<b>*2.NOPE*1' })).status).toBe(200)
  })

  it.each(['/', '/cart', '/admin', '/admin/inventory', '/admin/webhooks', '/admin/extensions'])(
    '%s runs no inline script or style',
    async (path) => {
      const { visit } = await shopper()
      const { status, headers, text } = await visit(path)
      const policy = String(headers.get('content-security-policy'))
      expect([status, policy]).toEqual([200, expect.stringContaining("script-src 'self';style-src 'self'")])
      expect(policy).not.toContain('unsafe')
      expect(text).not.toMatch(/<script>|\sstyle=|\son\w+=/)
    },
  )

  it('takes forms from its own pages only', async () => {
    const { visit } = await shopper()
    const foreign = await visit(
      '/admin/extensions/odoo',
      { action: 'enable', url: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
    )
    expect(foreign.status).toBe(403)
  })

  it('answers what is not there with 404', async () => {
    const { visit } = await shopper()
    expect([
      (await visit('/order/nobody')).status,
      (await visit('/assets/nothing.css')).status,
      (await visit('/nothing')).status,
    ]).toEqual([404, 404, 404])
  })
})

describe('the admin', () => {
  it('switches the Odoo extension on, which then hears of orders, and off again', async () => {
    const { visit, address, storefront } = await shopper()
    const bridge = await openReceiver()
    closers.push(bridge.close)
    const url = bridge.url.replace('/hook', '')
    const on = await visit('/admin/extensions/odoo', { action: 'enable', url })
    expect(on.text).toMatch(/whsec_[A-Za-z0-9+/=]+/)
    expect((await visit('/admin/extensions')).text).toContain('href="/admin/extensions/odoo/panel"')
    const panel = await visit('/admin/extensions/odoo/panel')
    expect(panel.text).toContain(`action="${url}/launch"`)
    expect(panel.headers.get('content-security-policy')).toContain(`form-action 'self' ${url};`)
    expect(panel.headers.get('content-security-policy')).toContain(`frame-src ${url}`)
    await visit('/cart', { sku: 'AID', quantity: '1' })
    await visit('/checkout', address)
    await storefront.idle()
    expect(bridge.types()).toContain('order.created')
    const heard = bridge.received.length
    await visit('/admin/extensions/odoo', { action: 'disable' })
    expect((await visit('/admin/extensions/odoo/panel')).to).toBe('/admin/extensions')
    await visit('/cart', { sku: 'AID', quantity: '1' })
    await visit('/checkout', address)
    await storefront.idle()
    expect(bridge.received.length).toBe(heard)
  })

  it('edits, pays back and cancels an order', async () => {
    const { api, visit, address } = await shopper()
    await visit('/cart', { sku: 'AID', quantity: '1' })
    const id = String((await visit('/checkout', address)).to).replace('/order/', '')
    await visit(`/admin/orders/${id}/edit`, { 'quantity.L1': '3', note: 'three' })
    const { body: edited } = await api.get(`/orders/${id}`)
    const payment = Array.isArray(edited.payments) ? edited.payments[0] : {}
    const paid = await visit(`/admin/orders/${id}/payment`, { id: payment.id, state: 'refunded' })
    await visit(`/admin/orders/${id}/cancel`, {})
    expect(paid.to).toBe(`/admin/orders/${id}`)
    expect(edited).toMatchObject({ note: 'three', items: [{ quantity: '3', total: '67.47' }], total: '84.61' })
    expect((await api.get(`/orders/${id}`)).body).toMatchObject({
      status: 'cancelled',
      payments: [{ state: 'refunded' }],
    })
  })
})
