import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { signIn } from './browser.ts'
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
beforeEach(() => server.show('failing'))
afterAll(async () => {
  await browser.close()
  await server.close()
})

async function open(path: string, locale = 'en-GB'): Promise<Page> {
  const context = await browser.newContext({ storageState: signedIn, locale, viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${server.url}/admin${path}`)
  await page.locator('main h1').waitFor()
  return page
}

it('shows what is out of the ordinary with what is usual, and takes a word on it', async () => {
  const page = await open('/anomalies')
  const row = page.getByRole('listitem').filter({ hasText: 'Quantity in an order' }).first()
  await row.getByText('500 pieces of MUG-BLUE in one order; usual is up to 24.').waitFor()
  await page
    .getByRole('img', { name: /Orders per hour of the last week/ })
    .locator('canvas')
    .waitFor()
  const before = await page.getByRole('button', { name: 'Normal here' }).count()
  await row.getByRole('button', { name: 'Normal here' }).click()
  await page.getByText('It takes more from now on.').waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'Normal here' }).count()).toBe(before - 1)
  await page.context().close()
})

it('lets the merchant choose what is done about a rule', async () => {
  const page = await open('/anomalies')
  await page.getByRole('combobox', { name: 'What to do: Price in an order' }).selectOption('hold')
  await page.getByText('Saved.').waitFor()
  expect(server.ledger.moves).toContain('anomaly price hold by admin')
  const hours = page.getByRole('combobox', { name: 'What to do: Orders per hour' })
  await expect.poll(() => hours.locator('option').allTextContents()).toEqual(['Off', 'Tell me'])
  await page.context().close()
})

it('says that it learns, that there is nothing, and that it cannot be read', async () => {
  server.show('empty')
  const page = await open('/anomalies')
  await page.getByText('21 more days for what').waitFor()
  await page.getByText('Nothing out of the ordinary').waitFor()
  server.ledger.broken = true
  await page.reload()
  await page.getByRole('alert').first().waitFor()
  await page.context().close()
})

it('suggests with reasons, and remembers a yes and a no', async () => {
  const page = await open('/settings/suggestions')
  const row = page.getByRole('listitem').filter({ hasText: 'vatNumber' }).first()
  await row.getByText(/% sure/).waitFor()
  await row.getByText('and “Tax ID” are the same words', { exact: false }).waitFor()
  await row.getByRole('button', { name: 'That is right: vatNumber is Tax ID', exact: true }).click()
  await page.getByText('Remembered. Suggestions follow it from now on.').waitFor()
  expect(server.ledger.moves).toContain('accepted order.vatNumber > res.partner.vat by admin')
  await page.getByText('nothing that fits').first().waitFor()
  // What was said changes no rule: that is for the mapping, where it is tried first.
  await page.getByLabel('Entity', { exact: true }).selectOption('customer')
  await page.getByRole('link', { name: 'Try it in the mapping: vatNumber', exact: true }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(new URL(page.url()).pathname).toMatch(/\/mappings\/customer-to-odoo$/)
  await page.context().close()
})

it('speaks German', async () => {
  const page = await open('/anomalies', 'de-DE')
  await page.getByRole('heading', { level: 1, name: 'Auffälliges' }).waitFor()
  await page.getByText('LAMP-OAK für 5,99; üblich sind 39,9 bis 95,8.').waitFor()
  await page.context().close()
})

it('names on a dead letter what was probably meant', async () => {
  const dead = server.ledger.events.find(({ cause }) => cause === 'unknown_sku')
  const page = await open(`/activity/${dead?.id}`)
  await page.getByRole('heading', { name: 'Probably meant' }).waitFor()
  await page.getByText('Two letters are swapped.').waitFor()
  await page.context().close()
})

it('suggests a rule beside the rules, proves it on past orders, and takes it into the draft only after that', async () => {
  const page = await open('/mappings/order-to-odoo')
  const rules = page.getByRole('region', { name: 'Suggested rules' })
  const row = rules.getByRole('listitem').filter({ hasText: 'attributes.requested_delivery' }).first()
  await row.getByText('94 % sure').waitFor()
  await row.getByText('12 of 12 samples have the form of it', { exact: false }).waitFor()
  await expect.poll(() => row.getByRole('radio').count()).toBe(2)
  await expect.poll(() => row.getByRole('button', { name: /^Take it into the draft/ }).count()).toBe(0)

  await row.getByRole('button', { name: /^Try it on past records/ }).click()
  await row.getByText(/^Tried on \d+ past records/).waitFor()
  await row.getByText('No other field changes', { exact: true }).waitFor()
  await row.getByText('2026-12-03 00:00:00').first().waitFor()
  await row.getByText(/^It would release #/).waitFor()
  await row.getByRole('button', { name: /^Take it into the draft/ }).click()
  await page.getByText('In the draft, and remembered.', { exact: false }).waitFor()
  expect(server.ledger.moves).toContain(
    'accepted order.attributes.requested_delivery > sale.order.commitment_date by admin',
  )
  await page
    .getByRole('cell', { name: 'commitment_date' })
    .or(page.getByRole('rowheader', { name: 'commitment_date' }))
    .first()
    .waitFor()
  await expect.poll(() => rules.getByText('attributes.requested_delivery').count()).toBe(0)
  await page.context().close()
})

it('takes a no to a suggested rule, and lists what it has no suggestion for', async () => {
  const page = await open('/mappings/order-to-odoo')
  const rules = page.getByRole('region', { name: 'Suggested rules' })
  await rules.getByText('2 fields without a suggestion').click()
  await rules.getByText('attributes.shoe_size').waitFor()
  await rules.getByRole('button', { name: 'Wrong: attributes.gift_note is not Gift note' }).click()
  await page.getByText('Remembered. It will not be suggested again.').waitFor()
  expect(server.ledger.moves).toContain('rejected order.attributes.gift_note > sale.order.x_studio_gift_note by admin')
  await page.context().close()
})

it('corrects what needs attention as suggested, for all that say the same, after showing what it does', async () => {
  const page = await open('/attention')
  const group = page.getByRole('article').filter({ hasText: 'MUG-BULE' }).first()
  await group.getByText('“MUG-BULE” was probably').waitFor()
  await group.getByRole('button', { name: 'Show what it would do: MUG-BLUE in place of MUG-BULE' }).click()
  await group.getByText('It corrects 7 records and runs them again:').waitFor()
  await group.locator('ins', { hasText: 'MUG-BLUE' }).waitFor()
  await group.getByRole('button', { name: 'Correct 7: MUG-BLUE in place of MUG-BULE' }).click()
  await page.getByText('7 records run again.').waitFor()
  expect(server.ledger.moves).toContain('took MUG-BLUE for MUG-BULE by admin')
  await page.context().close()
})

it('does not offer again what a person refused', async () => {
  const dead = server.ledger.events.find(({ cause }) => cause === 'unknown_sku')
  const page = await open(`/activity/${dead?.id}`)
  await page.getByRole('button', { name: 'Wrong: MUG-BULE is not MUG-BLUE' }).click()
  await page.getByText('It is not offered for this value again.', { exact: false }).waitFor()
  await expect.poll(() => page.getByRole('region', { name: 'Probably meant' }).count()).toBe(0)
  await page.context().close()
})
