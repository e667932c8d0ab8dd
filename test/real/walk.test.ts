import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPanelWhenOld } from '../../scripts/build.ts'
import { newSecret } from '../../shared/signature.ts'
import { complaints } from '../panel/browser.ts'
import { type Bridge, startBridge } from '../support/bridge.ts'
import { launchChromium } from '../support/chromium.ts'
import { freePorts } from '../support/ports.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { odooCall } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { freshDatabase, type RealOdoo } from './support.ts'

/**
 * A merchant who has just switched the extension on, in a real browser, with a real Odoo 19 that nobody has connected: from there
 * to an order that arrived, one that was mended, and its shipment in the shop. Only the code and a password are typed.
 */
const BOOK = 'BOOK-BOATS'
const RENAMED = 'BOOK-BAOTS'

let folder: string
let odoo: RealOdoo
let shop: Shop
let bridge: Bridge
let browser: Browser
let context: BrowserContext
let found: string[]
let clicks = 0

beforeAll(async () => {
  await buildPanelWhenOld()
  folder = mkdtempSync(join(tmpdir(), 'clarity-walk-'))
  const [port] = await freePorts(200)
  const url = `http://127.0.0.1:${port}`
  const webhookSecret = newSecret()
  ;[odoo, shop, browser] = await Promise.all([
    freshDatabase({ seeded: true }),
    openShop(join(folder, 'shop'), { bridge: { url, webhookSecret } }),
    launchChromium(),
  ])
  // The template has a service user already: here Odoo is to make its own.
  const [user] = await admin<{ id: number }[]>('res.users', 'search_read', {
    domain: [['login', '=', odoo.login]],
    fields: ['id'],
  })
  await admin('res.users', 'write', { ids: [user?.id], vals: { login: 'of-the-template', active: false } })
  // Odoo is not named: the bridge begins with the stand-in, as whoever tries it does.
  const env = { ...shop.env, CLARITY_WEBHOOK_SECRET: webhookSecret, DATA_DIR: join(folder, 'bridge') }
  bridge = await startBridge({ ...env, PORT: String(port) })
  context = await browser.newContext({ locale: 'en-GB' })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  found = complaints(context)
})
afterAll(async () => {
  await browser?.close()
  await bridge?.stop()
  await shop?.stop()
  await odoo?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const admin = <T = unknown>(model: string, method: string, body: object) => odooCall<T>(odoo, model, method, body)
const click = async (what: Locator) => {
  await what.click()
  clicks += 1
}
const button = (on: Page, name: string | RegExp) => on.getByRole('button', { name })

describe('the whole walk, after the extension was switched on in the shop', () => {
  it('connects, matches, loads, brings an order, mends one and ships it, in under 25 clicks', async () => {
    const store = await context.newPage()
    await store.goto(`${shop.url}/admin/extensions`)
    await button(store, 'Switch on').click()
    const began = Date.now()

    const panel = await opened(() => click(button(store, 'Open it in a window of its own')))
    await click(panel.getByRole('link', { name: 'Begin' }))
    await panel.getByText('Every check passed').waitFor()
    await click(button(panel, 'Continue'))

    await click(button(panel, 'Make a code'))
    await click(button(panel, 'Copy the code'))
    const code = await panel.evaluate(() => navigator.clipboard.readText())
    const erp = await context.newPage()
    await pairInOdoo(erp, code)
    await panel.getByText('Odoo is connected').waitFor()
    await panel.getByText(`${odoo.db}`).waitFor()
    await click(button(panel, 'Continue'))

    await panel.getByRole('heading', { name: 'What goes across' }).waitFor()
    await click(button(panel, 'Continue'))
    await click(button(panel, 'Compare everything'))
    await panel.getByText('Everything is compared').waitFor()
    await click(button(panel, 'Continue'))
    await click(button(panel, 'Bring everything over'))
    await panel.getByText('There is nothing left to bring over').waitFor()
    await click(button(panel, 'Continue'))
    await click(button(panel, 'Finish'))
    await panel.getByRole('heading', { level: 1 }).waitFor()

    await store.goto(shop.url)
    const first = await order(store, 'Classic tee')
    await store.getByText('Odoo: S0').waitFor()
    await panel.getByText(first.number).first().waitFor()

    await rename(BOOK, RENAMED)
    await click(store.getByRole('link', { name: 'Continue shopping' }))
    const second = await order(store, 'A Year of Small Boats')
    await click(panel.getByRole('link', { name: /Needs attention/ }))
    await click(button(panel, `Show what it would do: ${RENAMED} in place of ${BOOK}`))
    await click(button(panel, /^Correct it/))
    await store.getByText('Odoo: S0').waitFor()

    await ship(second.number)
    await store.locator('.steps .reached', { hasText: 'All shipped' }).waitFor()

    const seconds = Math.round((Date.now() - began) / 1000)
    console.log(`walk clicks ${clicks}\nwalk seconds ${seconds}`)
    expect(clicks).toBeLessThan(25)
    expect(await users()).toEqual(['clarity-bridge'])
    expect(found.filter((line) => !ofOdoo(line))).toEqual([])
  })
})

async function opened(act: () => Promise<void>): Promise<Page> {
  const [page] = await Promise.all([context.waitForEvent('page'), act()])
  return page
}

/** In Odoo's own web client: the login stands in the address, as a bookmark would have it. */
async function pairInOdoo(page: Page, code: string): Promise<void> {
  await page.goto(`${odoo.url}/web/login?${new URLSearchParams({ login: 'admin', redirect: '/odoo/settings' })}`)
  await page.locator('input[name=password]').fill(odoo.adminPassword)
  await click(page.locator('button[type=submit]').first())
  await click(page.locator('.settings_tab .tab[data-key=clarity_bridge]'))
  await page.getByLabel('Pairing Code').fill(code)
  await click(page.getByRole('button', { name: 'Connect', exact: true }))
  const said = page.locator('.o_notification').first()
  await said.waitFor()
  await expect.poll(() => said.textContent()).toContain('Connected with')
  // The form is read anew by itself: it says so from now on.
  await page.getByText(`${bridge.url}, as clarity-bridge.`).waitFor()
  // No step of the walk, so it is not counted: whoever doubts it presses it.
  await page.getByRole('button', { name: 'Test Connection' }).click()
  await page.locator('.o_notification', { hasText: 'address and secret are right' }).waitFor()
}

async function order(page: Page, product: string): Promise<{ id: string; number: string }> {
  await click(page.getByRole('button', { name: `Add ${product} to the cart` }))
  await click(page.getByRole('button', { name: 'Place order' }))
  await page.waitForURL(/\/order\//)
  return shop.order(page.url().split('/').pop() ?? '')
}

async function rename(sku: string, to: string): Promise<void> {
  const ids = await admin<number[]>('product.product', 'search', { domain: [['default_code', '=', sku]] })
  expect(ids).toHaveLength(1)
  await admin('product.product', 'write', { ids, vals: { default_code: to } })
}

/** What the warehouse's button Validate does, once the goods are reserved. */
async function ship(number: string): Promise<void> {
  const domain = [
    ['sale_id.client_order_ref', '=', number],
    ['state', '=', 'assigned'],
  ]
  const ids = await until(`the transfer of ${number}`, async () => {
    const ready = await admin<number[]>('stock.picking', 'search', { domain })
    return ready.length === 1 && ready
  })
  await admin('stock.picking', 'button_validate', { ids })
}

const users = async () =>
  (
    await admin<{ login: string }[]>('res.users', 'search_read', {
      domain: [['login', '=like', 'clarity%']],
      fields: ['login'],
    })
  ).map(({ login }) => login)

/** Its own pages may complain of what Debian left out. */
const ofOdoo = (line: string): boolean => line.includes(odoo.url) || /web\.assets|static\/lib|odoo/i.test(line)
