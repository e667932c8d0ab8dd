import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { signIn } from './browser.ts'
import { type PanelServer, startPanel } from './server.ts'

let server: PanelServer
let browser: Browser
beforeAll(async () => {
  server = await startPanel('failing')
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

async function open(path: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  await signIn(page, server)
  await page.goto(`${server.url}/admin${path}`)
  await page.locator('main h1').waitFor()
  return page
}

it('an admin gives somebody a sign-in, another role and another password, and takes it away', async () => {
  const page = await open('/settings/users')
  await page.getByLabel('Name', { exact: true }).fill('ann')
  await page.getByLabel('Password', { exact: true }).fill('a long password')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('ann can sign in now.').waitFor()
  await page.getByRole('combobox', { name: 'Role of ann' }).selectOption('admin')
  await page.getByText('ann has the new role from now on.').waitFor()
  const row = page.getByRole('listitem').filter({ hasText: 'ann' })
  await row.getByRole('button', { name: 'New password' }).click()
  await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill('a newer password')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByText('ann has a new password', { exact: false }).waitFor()
  await row.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('ann can no longer sign in.').waitFor()
  await page.context().close()
})

it('a viewer is told who may do what they may not', async () => {
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  await page.goto(`${server.url}/admin/settings/users`)
  await page.getByLabel('Name', { exact: true }).fill('vic')
  await page.getByLabel('Password', { exact: true }).fill('twelve letters')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This takes the role admin; yours is viewer.').waitFor()
  await page.goto(`${server.url}/admin/attention`)
  await page
    .getByRole('button', { name: /^Replay all/ })
    .first()
    .click()
  await page.getByText('This takes the role operator; yours is viewer.', { exact: false }).waitFor()
  await page.context().close()
})
