import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
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

async function openAs(name: string, path: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  await signIn(page, server, `/admin${path}`, { name, password: 'twelve letters' })
  await page.locator('main h1').waitFor()
  return page
}

it('a viewer who follows a link to a page for admins is told so, and whom to ask', async () => {
  const page = await openAs('vic', '/settings/users')
  await page.getByRole('heading', { name: 'This page takes the role Admin' }).waitFor()
  await page.getByText('You are signed in as vic, with the role Viewer. Ask admin to do it', { exact: false }).waitFor()
  await page.getByRole('link', { name: 'To the overview' }).click()
  await page.waitForURL(`${server.url}/admin/`)
  await page.context().close()
})

it('a viewer is offered nothing that would be refused, an operator what mends, and both are told why', async () => {
  const viewer = await openAs('vic', '/attention')
  const replay = (page: Page) => page.getByRole('button', { name: /^Replay all/ }).first()
  await replay(viewer).waitFor()
  await expect.poll(() => replay(viewer).isDisabled()).toBe(true)
  await viewer.getByText('What is greyed out takes the role Operator', { exact: false }).waitFor()
  await viewer.goto(`${server.url}/admin/activity`)
  await viewer.locator('a[data-row]').first().waitFor()
  await expect.poll(() => viewer.getByText('What is greyed out', { exact: false }).count()).toBe(0)

  const operator = await openAs('olga', '/attention')
  await replay(operator).waitFor()
  await expect.poll(() => replay(operator).isEnabled()).toBe(true)
  await operator.goto(`${server.url}/admin/entities`)
  await operator.getByText('What is greyed out takes the role Admin', { exact: false }).waitFor()
  const first = operator.getByRole('switch').first()
  await expect.poll(() => first.isDisabled()).toBe(true)
  await expect
    .poll(() =>
      operator
        .getByRole('button', { name: /^Sync now/ })
        .first()
        .isEnabled(),
    )
    .toBe(true)

  // Another role holds with the next click, and the page follows it.
  await server.people.change('olga', { role: 'viewer' }, 'admin')
  await operator
    .getByRole('button', { name: /^Sync now/ })
    .first()
    .click()
  await operator.getByText('This takes the role operator; yours is viewer.', { exact: false }).waitFor()
  await operator.getByText('You are a viewer', { exact: false }).waitFor()
  await server.people.change('olga', { role: 'operator' }, 'admin')
  await viewer.context().close()
  await operator.context().close()
})
