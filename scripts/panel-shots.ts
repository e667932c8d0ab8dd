/** `npm run panel:shots [folder]`: every page of the panel as a picture, at 1440 and 390 pixels, light and dark, and in German. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { complaints, signIn } from '../test/panel/browser.ts'
import { type Scenario, scenarios } from '../test/panel/scenarios.ts'
import { type PanelServer, startPanel } from '../test/panel/server.ts'
import { launchChromium } from '../test/support/chromium.ts'

const folder = process.argv[2] ?? join(import.meta.dirname, '../.cache/panel-shots')
const sizes = { wide: { width: 1440, height: 1000 }, narrow: { width: 390, height: 844 } }

const wrongDatabase = {
  code: 'wrong_database',
  detail: 'Odoo at https://erp.example.com does not serve the database main to the bridge.',
  remedy:
    'Set web.base.url in Odoo to the address that leads to this database, or let whoever runs Odoo give it to that address (dbfilter). Then press Connect again.',
}

await mkdir(folder, { recursive: true })
const server = await startPanel('well')
const browser = await launchChromium()
try {
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of ['light', 'dark'] as const)
      await shootAll(browser, server, `${size}-${colorScheme}`, viewport, colorScheme)
  for (const [size, viewport] of Object.entries(sizes)) await shootGerman(browser, server, `${size}-german`, viewport)
} finally {
  await browser.close()
  await server.close()
}

async function shootAll(
  browser: Browser,
  server: PanelServer,
  name: string,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', timezoneId: 'Europe/Berlin' })
  const found = complaints(context)
  const page = await context.newPage()
  const shoot = shooting(page, name, viewport)
  await page.goto(`${server.url}/admin/`)
  await page.getByLabel('Password', { exact: true }).waitFor()
  await shoot('sign-in')
  await signIn(page, server)
  for (const which of scenarios) {
    server.show(which)
    for (const [what, path] of Object.entries(pagesOf(which, server))) {
      await page.goto(`${server.url}/admin${path}`)
      await settled(page)
      await shoot(`${what}-${which}`)
    }
    if (which === 'well' || which === 'failing') await shootStart(page, server, which, shoot)
  }
  await page.getByRole('button', { name: 'Preferences' }).click()
  await page.waitForTimeout(250)
  await shoot('menu')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('option').first().waitFor()
  await page.waitForTimeout(250)
  await shoot('palette')
  await page.keyboard.type('#31')
  await page.getByRole('group', { name: 'Found' }).waitFor()
  await page.waitForTimeout(250)
  await shoot('palette-found')
  await page.keyboard.press('Escape')
  await page.waitForTimeout(250)
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await page.waitForTimeout(250)
  await shoot('keys')
  await context.clearCookies()
  await signIn(page, server, '/admin/', { name: 'vic', password: 'twelve letters' })
  for (const [what, path] of Object.entries({
    attention: '/attention',
    entities: '/entities',
    users: '/settings/users',
  })) {
    await page.goto(`${server.url}/admin${path}`)
    await settled(page)
    await shoot(`${what}-viewer`)
  }
  await context.close()
  console.log(`${name}: ${found.length === 0 ? 'no complaints' : [...new Set(found)].join('\n  ')}`)
}

/** The longest words, on the pages that say most. */
async function shootGerman(
  browser: Browser,
  server: PanelServer,
  name: string,
  viewport: { width: number; height: number },
) {
  const context = await browser.newContext({ viewport, locale: 'de-DE', timezoneId: 'Europe/Berlin' })
  const page = await context.newPage()
  const shoot = shooting(page, name, viewport)
  server.show('failing')
  await page.goto(`${server.url}/admin/`)
  await page.getByLabel('Passwort', { exact: true }).waitFor()
  await shoot('sign-in')
  await signIn(page, server, '/admin/', undefined, 'de')
  for (const [what, path] of Object.entries(pagesOf('failing', server))) {
    await page.goto(`${server.url}/admin${path}`)
    await settled(page)
    await shoot(`${what}-failing`)
  }
  await context.close()
}

/** As high as the page is: a bar that is fixed to the window then stands where it belongs. */
function shooting(page: Page, name: string, viewport: { width: number; height: number }) {
  return async (what: string) => {
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    await page.setViewportSize({ width: viewport.width, height: Math.max(height, viewport.height) })
    await page.waitForTimeout(60)
    await page.screenshot({ path: join(folder, `${what}-${name}.png`) })
    await page.setViewportSize(viewport)
  }
}

/** The first steps: each of them, and a code on its way to Odoo. */
async function shootStart(page: Page, server: PanelServer, which: Scenario, shoot: (what: string) => Promise<void>) {
  const { setup } = server.ledger
  setup.at = { step: 'done', done: false }
  setup.told = { state: 'none', expiresAt: null, odoo: null, failure: null, connectedAt: null }
  const look = async (path: string, what: string) => {
    await page.goto(`${server.url}/admin${path}`)
    await settled(page)
    await shoot(`${what}-${which}`)
  }
  await look('/', 'start-offer')
  for (const step of ['clarity', 'entities', 'match', 'load', 'done']) await look(`/start/${step}`, `start-${step}`)
  await look('/start/odoo', 'start-odoo')
  await page.getByRole('button', { name: 'Make a code' }).click()
  await page.getByText('Waiting for Odoo').waitFor()
  await shoot(`start-code-${which}`)
  if (which === 'failing') setup.calls(wrongDatabase)
  else setup.calls()
  await page.getByText(which === 'failing' ? 'The database is not served there' : 'Odoo is connected').waitFor()
  await shoot(`start-answer-${which}`)
  setup.at = { step: 'clarity', done: true }
}

function pagesOf(which: Scenario, { ledger }: PanelServer): Record<string, string> {
  const id = (state: string, type = 'order.created') =>
    ledger.events.find((event) => event.state === state && event.type === type)?.id
  const lists = {
    overview: '/',
    activity: '/activity',
    attention: '/attention',
    entities: '/entities',
    schedules: '/entities/schedules',
    'first-load': '/entities/first-load',
    review: '/attention/review',
    reconciliation: '/reconciliation',
    connections: '/connections',
    audit: '/settings/audit',
    users: '/settings/users',
    alerts: '/settings/alerts',
    suggestions: '/settings/suggestions',
    anomalies: '/anomalies',
    lookups: '/lookups',
    mappings: '/mappings',
  }
  if (which === 'well') return { ...lists, event: `/activity/${id('done')}`, 'no-match': '/activity?q=nothing' }
  if (which !== 'failing') return lists
  return {
    ...lists,
    'event-dead': `/activity/${id('dead')}`,
    'event-held': `/activity/${id('held')}`,
    'event-timeout': `/activity/${id('dead', 'picking.done')}`,
    'event-gone': '/activity/999999',
    'mapping-rules': '/mappings/order-to-odoo',
    'mapping-versions': '/mappings/order-to-odoo?view=versions',
    'lookup-payment': '/lookups/payment_method',
  }
}

async function settled(page: Page): Promise<void> {
  await page.locator('main h1, main [role=alert]').first().waitFor()
  await page.waitForFunction(() => document.querySelectorAll('main [role=status] [data-skeleton]').length === 0)
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(150)
}
