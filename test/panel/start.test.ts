import axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PanelServer } from './server.ts'
import { standing } from './stand.ts'

let browser: Browser
let server: PanelServer
let context: BrowserContext
let page: Page
let found: string[]
standing('well', {}, (stand) => {
  ;({ browser, server, context, page, found } = stand)
})
beforeEach(async () => {
  server.ledger.setup.at = { step: 'clarity', done: false }
  server.ledger.setup.told = { state: 'none', expiresAt: null, odoo: null, failure: null, connectedAt: null }
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${server.url}/admin/`)
})

const step = (name: string) => page.getByRole('heading', { level: 2, name, exact: true })
const onward = () => page.getByRole('button', { name: 'Continue' })
const wrongDatabase = {
  code: 'wrong_database',
  detail: 'Odoo does not serve the database main to the bridge.',
  remedy:
    'Set web.base.url in Odoo to the address that leads to this database, or let whoever runs Odoo give it to that address (dbfilter). Then press Connect again.',
}

describe('the first steps', () => {
  it('lead from the offer to the end, with the code copied, refused once, mended, and told live', async () => {
    await page.getByRole('region', { name: 'Connect and start' }).getByRole('link', { name: 'Begin' }).click()
    await step('Your storefront').waitFor()
    await page.getByText('Every check passed').waitFor()
    await onward().click()
    await step('Connect Odoo').waitFor()
    await page.getByRole('button', { name: 'Make a code' }).click()
    await page.getByText('Waiting for Odoo').waitFor()
    await page.getByRole('button', { name: 'Copy the code' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^clarity-0a1b2c3d-.+@https:/)
    server.ledger.setup.calls(wrongDatabase)
    const alert = page.getByRole('alert')
    await alert.getByText('The database is not served there').waitFor()
    await expect.poll(() => alert.textContent()).toContain(wrongDatabase.remedy)
    server.ledger.setup.calls()
    await page.getByText('Odoo is connected').waitFor()
    await alert.waitFor({ state: 'detached' })
    await onward().click()
    await step('What goes across, and who decides').waitFor()
    await onward().click()
    await step('Match what both sides have').waitFor()
    await page.getByRole('button', { name: 'Compare everything' }).click()
    await page.getByText('Both sides are being read').waitFor()
    await expect.poll(() => onward().isDisabled()).toBe(true)
    await page.goto(`${server.url}/admin/start/load`)
    await step('Bring over the rest').waitFor()
    await page.getByRole('button', { name: 'Bring everything over' }).click()
    await page.getByText('It is being brought over').waitFor()
    await page.getByText('wait for your decision').waitFor()
    await onward().click()
    await step('Ready').waitFor()
    await page.getByRole('button', { name: 'Finish' }).click()
    await page.waitForURL(`${server.url}/admin/`)
    expect(server.ledger.setup.at).toEqual({ step: 'done', done: true })
    await expect.poll(() => page.getByRole('region', { name: 'Connect and start' }).count()).toBe(0)
    expect(server.ledger.moves).toContain('pairing.begin by admin')
    expect(found).toEqual([])
  })

  it('go on where somebody left them, in another browser, too; a code is shown once', async () => {
    server.ledger.setup.at = { step: 'odoo', done: false }
    await page
      .getByRole('link', { name: 'Go on' })
      .or(page.getByRole('link', { name: 'Begin' }))
      .waitFor()
    await page.goto(`${server.url}/admin/start`)
    await step('Connect Odoo').waitFor()
    await expect.poll(() => page.getByRole('link', { name: /What goes across/ }).count()).toBe(0)
    await page.getByRole('button', { name: 'Make a code' }).click()
    await page.getByRole('button', { name: 'Copy the code' }).waitFor()
    await page.reload()
    await page.getByText('is not shown again').waitFor()
    await expect.poll(() => page.getByText('clarity-0a1b2c3d').count()).toBe(0)
    await page.goto(`${server.url}/admin/start/nowhere`)
    await page.getByText('The first steps have no such part.').waitFor()
    await page.getByRole('link', { name: 'Begin' }).click()
    await step('Connect Odoo').waitFor()
  })

  it('can be waved away', async () => {
    const offer = page.getByRole('region', { name: 'Connect and start' })
    await offer.getByRole('button', { name: 'Not now' }).click()
    await offer.waitFor({ state: 'detached' })
    expect(server.ledger.setup.at.done).toBe(true)
  })

  it('say when they cannot be read, and recover', async () => {
    server.ledger.broken = true
    await page.goto(`${server.url}/admin/start/odoo`)
    const alert = page.getByRole('main').getByRole('alert').first()
    await alert.waitFor()
    server.ledger.broken = false
    await alert.getByRole('button', { name: 'Try again' }).click()
    await step('Connect Odoo').waitFor()
  })

  it('are walked by keyboard: a step begins at its heading', async () => {
    await page.goto(`${server.url}/admin/start/clarity`)
    await page.getByText('Every check passed').waitFor()
    await onward().focus()
    await page.keyboard.press('Enter')
    await step('Connect Odoo').waitFor()
    await page.waitForFunction(() => document.activeElement?.textContent === 'Connect Odoo')
  })

  it.each([
    ['light', 'en-GB'],
    ['dark', 'de-DE'],
  ] as const)('are accessible and fit a narrow screen: %s, %s', async (colorScheme, locale) => {
    server.ledger.setup.at = { step: 'done', done: false }
    const storageState = await context.storageState()
    const viewport = { width: 390, height: 844 }
    const other = await browser.newContext({ storageState, colorScheme, locale, viewport })
    const narrow = await other.newPage()
    for (const one of ['clarity', 'odoo', 'entities', 'match', 'load', 'done']) {
      await narrow.goto(`${server.url}/admin/start/${one}`)
      await narrow.locator('main h2').first().waitFor()
      await narrow.waitForFunction(() => document.querySelectorAll('[data-skeleton]').length === 0)
      if (one === 'odoo') await narrow.getByRole('button', { name: /Make a code|Code erzeugen/ }).click()
      expect(await serious(narrow), one).toEqual([])
      const wide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth
      expect(await narrow.evaluate(wide), one).toBeLessThanOrEqual(0)
    }
    await other.close()
  })
})

async function serious(on: Page): Promise<string[]> {
  await on.evaluate(axe.source)
  const violations = await on.evaluate(async () =>
    (await window.axe.run()).violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0]?.html })),
  )
  return violations.flatMap(({ id, impact, html }) =>
    impact === 'serious' || impact === 'critical' ? [`${id}: ${html}`] : [],
  )
}
