import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { complaints, seriousFaults, signIn } from './browser.ts'
import { scenarios } from './scenarios.ts'
import { type PanelServer, startPanel } from './server.ts'

let server: PanelServer
let browser: Browser
let signedIn: Awaited<ReturnType<BrowserContext['storageState']>>

beforeAll(async () => {
  server = await startPanel('failing')
  browser = await launchChromium()
  const first = await browser.newContext()
  await signIn(await first.newPage(), server)
  signedIn = await first.storageState()
  await first.close()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } }

describe.each(scenarios)('with a history that is %s', (name) => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(sizes))
      it(`every page is accessible, fits and obeys its policy: ${colorScheme}, ${size}`, async () => {
        server.show(name)
        const context = await browser.newContext({ storageState: signedIn, viewport, colorScheme })
        const found = complaints(context)
        const page = await context.newPage()
        for (const path of pages(name)) {
          await page.goto(`${server.url}/admin${path}`)
          await page.locator('main h1').waitFor()
          await page.waitForFunction(() => document.querySelectorAll('.mantine-Skeleton-root').length === 0)
          expect(await seriousFaults(page), path).toEqual([])
          expect(await overflow(page), path).toBeLessThanOrEqual(0)
        }
        expect(found).toEqual([])
        await context.close()
      })
})

it('the sign-in is accessible in both appearances', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme })
    const page = await context.newPage()
    await page.goto(`${server.url}/admin/`)
    await page.locator('main h1').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await context.close()
  }
})

it('the first load stays under 300 KB of script and style as sent', async () => {
  const context = await browser.newContext({ storageState: signedIn })
  const page = await context.newPage()
  const sent: Promise<number>[] = []
  page.on('requestfinished', (request) => {
    if (/\.(js|css)$/.test(new URL(request.url()).pathname))
      sent.push(request.sizes().then((size) => size.responseBodySize))
  })
  await page.goto(`${server.url}/admin/`)
  await page.locator('main h1').waitFor()
  await page.waitForLoadState('load')
  const bytes = (await Promise.all(sent)).reduce((sum, size) => sum + size, 0)
  console.log(`panel first_load_kb ${Math.round(bytes / 1024)}`)
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(300 * 1024)
  await context.close()
})

function pages(name: string): string[] {
  const lists = [
    '/',
    '/activity',
    '/attention',
    '/attention/review',
    '/entities',
    '/entities/schedules',
    '/entities/first-load',
    '/reconciliation',
    '/connections',
    '/settings/alerts',
    '/settings/users',
    '/settings/audit',
    '/lookups',
    '/lookups/payment_method',
    '/anomalies',
    '/settings/suggestions',
    '/mappings',
  ]
  const id = (state: string) => server.ledger.events.find((event) => event.state === state)?.id
  if (name === 'empty') return lists
  const views = ['rules', 'test', 'preview', 'versions'].map((view) => `/mappings/order-to-odoo?view=${view}`)
  const states = name === 'failing' ? ['dead', 'held', 'done'] : ['done']
  return [...lists, ...views, ...states.map((state) => `/activity/${id(state)}`)]
}

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
