import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPanelWhenOld } from '../../scripts/build.ts'
import { type Bridge, startBridge } from '../support/bridge.ts'
import { launchChromium } from '../support/chromium.ts'
import { freePorts } from '../support/ports.ts'
import { complaints } from './browser.ts'

/** What a newcomer does after `npm ci && npm start`, with nothing configured: shop, stand-in and panel in a browser. */
let dataDir: string
let bridge: Bridge
let browser: Browser
let page: Page
let found: string[]
let urls: { shop: string; odoo: string; panel: string }

beforeAll(async () => {
  await buildPanelWhenOld()
  dataDir = mkdtempSync(join(tmpdir(), 'clarity-first-order-'))
  const [port] = await freePorts(100, 200)
  bridge = await startBridge({ DATA_DIR: dataDir, PORT: String(port) })
  urls = {
    shop: `http://127.0.0.1:${port + 100}`,
    odoo: `http://127.0.0.1:${port + 200}`,
    panel: `${bridge.url}/admin`,
  }
  browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en-GB' })
  found = complaints(context)
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await bridge?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

describe('npm start with nothing configured', () => {
  it('pairs the stand-in by a code of the panel, as a real Odoo', async () => {
    await page.goto(`${urls.panel}/start/odoo`)
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Make a code' }).click()
    const code = (await page.getByText(/^clarity-/).textContent()) ?? ''
    const odoo = await page.context().newPage()
    await odoo.goto(urls.odoo)
    await odoo.getByLabel('Pairing code').fill(code)
    await odoo.getByRole('button', { name: 'Connect' }).click()
    await odoo.getByText(`Connected with ${bridge.url}.`).waitFor()
    await odoo.close()
    await page.getByText('Odoo is connected').waitFor()
    expect(found).toEqual([])
  })

  it('says where everything is', () => {
    for (const url of Object.values(urls)) expect(bridge.log()).toContain(url)
  })

  it('makes an order of the shop page a confirmed sale order, and its delivery a shipment in the shop, and nothing is typed', async () => {
    await page.goto(urls.shop)
    await page.getByRole('button', { name: /^Add Classic tee/ }).click()
    await page.goto(`${urls.shop}/cart`)
    await page.getByRole('button', { name: 'Place order' }).click()
    const order = page.url()
    await page.getByText('Odoo: S0').waitFor()
    const name = (await page.locator('strong', { hasText: /^S\d+/ }).textContent()) ?? ''
    await expect.poll(() => page.locator('main').textContent()).toContain('Nothing has left yet')

    await page.goto(urls.odoo)
    const sale = page.locator('#orders').getByRole('row').filter({ hasText: name })
    await expect.poll(() => sale.textContent()).toContain('Sales Order')
    const delivery = page.locator('form.card').filter({ hasText: name })
    await delivery.getByRole('button', { name: 'Validate', exact: true }).click()

    await page.goto(order)
    await page.getByText('tracking number to follow').waitFor()
    await page.locator('.steps .reached', { hasText: 'All shipped' }).waitFor()
    expect(found).toEqual([])
  })

  it("opens the panel from the shop's admin signed in, in its frame and in a window of its own, and a token only once", async () => {
    const context = await browser.newContext({ locale: 'en-GB' })
    const complained = complaints(context)
    const admin = await context.newPage()
    const sent: string[] = []
    context.on('request', (request) => {
      if (request.url().endsWith('/launch')) sent.push(request.postData() ?? '')
    })
    await admin.goto(`${urls.shop}/admin/extensions`)
    await admin.getByRole('link', { name: 'Open the panel' }).click()
    const frame = admin.frameLocator('iframe[name=panel]')
    await frame.getByRole('navigation').first().waitFor()
    await frame.getByRole('button', { name: 'Preferences' }).click()
    await frame.getByText('shop admin (storefront)', { exact: false }).waitFor()

    await admin.goto(`${urls.shop}/admin/extensions`)
    const opened = context.waitForEvent('page')
    await admin.getByRole('button', { name: 'Open it in a window of its own' }).click()
    const own = await opened
    await own.waitForURL(`${urls.panel}/`)
    await own.getByRole('navigation').first().waitFor()
    expect(complained).toEqual([])

    const again = await fetch(`${bridge.url}/launch`, {
      method: 'POST',
      body: new URLSearchParams(sent[0] ?? ''),
      redirect: 'manual',
    })
    expect([again.status, await again.text()]).toEqual([401, expect.stringContaining('was used already')])
    await context.close()
  })
})
