import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import type { PanelServer } from './server.ts'
import { standing } from './stand.ts'

let server: PanelServer
let page: Page
let found: string[]
standing('failing', { fresh: true, timezoneId: 'Europe/Berlin' }, (stand) => {
  ;({ server, page, found } = stand)
})

const open = (path: string) => page.goto(`${server.url}/admin/mappings${path}`)
const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
const row = (target: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: target }) })

describe('mappings', () => {
  it('are listed with what maps, who drafts and what waits', async () => {
    await open('')
    await heading('Mappings')
    const orders = page.getByRole('link', { name: /^Orders/ })
    await expect
      .poll(() => orders.textContent())
      .toMatch(/Version 2 maps now.*by ann.*1,204 records.*Draft by bob.*events wait/)
    await orders.click()
    await heading('Orders')
    expect(found).toEqual([])
  })

  it('are edited by keyboard, saved as a draft and made live with a reason', async () => {
    await open('/order-to-odoo')
    await page.getByRole('button', { name: 'Edit the rule for x_studio_source' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Target', { exact: true }).fill('x_studio_channel')
    await page.getByLabel('Conversions', { exact: true }).fill('trim\nlower')
    await page.getByRole('button', { name: 'Take over' }).press('Enter')
    await row('x_studio_channel').getByText('trim, lower').waitFor()
    await page.getByRole('button', { name: 'Save draft' }).click()
    await page.getByText('The draft is saved.').waitFor()
    await page.getByRole('button', { name: 'Make live' }).click()
    const dialog = page.getByRole('dialog', { name: 'Let this draft map?' })
    const confirm = dialog.getByRole('button', { name: 'Make live' })
    await expect.poll(() => confirm.isDisabled()).toBe(true)
    await dialog.getByLabel('Why').fill('Small letters')
    await page.keyboard.press('Enter')
    await page.getByText(/^Version 3 maps now$/).waitFor()
    await page.getByRole('link', { name: 'Versions' }).click()
    await page.getByText('Small letters').waitFor()
    expect(found).toEqual([])
  })

  it('say what is wrong with a draft before it maps', async () => {
    await open('/order-to-odoo')
    await page.getByText('sale.order has no field “x_studio_source”.').waitFor()
  })

  it('are edited as JSON too, and nothing unreadable is saved', async () => {
    await open('/order-to-odoo')
    await page.getByRole('button', { name: 'JSON', exact: true }).click()
    const text = page.getByRole('textbox', { name: 'JSON' })
    const before = await text.inputValue()
    await text.fill('{')
    await page.getByText('This cannot be read as JSON').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Save draft' }).isDisabled()).toBe(true)
    await text.fill(before.replace('x_studio_source', 'x_studio_channel'))
    await page.getByRole('button', { name: 'Table' }).click()
    await row('x_studio_channel').waitFor()
    await page.getByText('not saved yet').waitFor()
  })

  it('that somebody else changed meanwhile are compared rule by rule and saved together', async () => {
    await open('/order-to-odoo')
    await page.getByRole('button', { name: 'Remove the rule for note' }).waitFor()
    const headers = await page.evaluate(async () => {
      const session = await (await fetch('/api/session')).json()
      return { 'X-CSRF-Token': session.csrfToken, 'Content-Type': 'application/json' }
    })
    const theirs = { ...orderToOdoo, rules: [{ to: 'x_studio_source', const: 'theirs' }, ...orderToOdoo.rules] }
    await page.evaluate(
      async ({ body, given }) => {
        await fetch('/api/mappings/order-to-odoo/draft', { method: 'PUT', headers: given, body })
      },
      { body: JSON.stringify({ seen: 4, rules: theirs }), given: headers },
    )
    await page.getByRole('button', { name: 'Remove the rule for note' }).click()
    await page.getByRole('button', { name: 'Save draft' }).click()
    await page.getByRole('heading', { name: 'Somebody else changed these rules too' }).waitFor()
    const save = page.getByRole('button', { name: 'Save both' })
    await expect.poll(() => save.isDisabled()).toBe(true)
    const choice = page.getByRole('group', { name: /x_studio_source/ })
    await choice.getByLabel('Theirs').check()
    await save.click()
    await row('x_studio_source').getByText('theirs').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Remove the rule for note' }).count()).toBe(0)
    expect(found.filter((text) => !text.includes('409'))).toEqual([])
  })

  it('are tried on a stored event, its personal data hidden', async () => {
    await open('/order-to-odoo?view=test')
    await page.getByRole('button', { name: 'Show what would be written' }).click()
    await page.getByRole('heading', { name: 'This would be written' }).waitFor()
    await expect.poll(() => page.getByRole('region', { name: 'order:1' }).textContent()).toContain('origin')
    await page.getByLabel('Event', { exact: true }).fill('999999')
    await page.getByRole('button', { name: 'Show what would be written' }).click()
    await page.getByText('Event 999999 is not one that order-to-odoo maps.').waitFor()
  })

  it('are compared on real events, and what would go through is replayed', async () => {
    await open('/order-to-odoo?view=preview')
    await page.getByLabel('Try on').selectOption('v2')
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('heading', { name: '40 records compared' }).waitFor()
    await page.getByRole('rowheader', { name: 'order · origin' }).waitFor()
    await page.getByRole('button', { name: 'Replay the 7 that would go through' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Replay the 7/ })
      .click()
    await page.getByText('7 events are back in line.').waitFor()
    expect(server.ledger.moves).toEqual(['replay 7 by admin'])
  })

  it('go back to an earlier version, and what a version wrote is seen and replayed', async () => {
    await open('/order-to-odoo?view=versions')
    await page.getByRole('button', { name: '1,204 records' }).click()
    await page.getByRole('link', { name: /^#3/ }).first().waitFor()
    await page.getByText('written anew since').first().waitFor()
    await page.getByRole('button', { name: 'Replay them under the live rules' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Replay them/ })
      .click()
    await page.getByText('16 events are back in line.').waitFor()
    await page.getByRole('button', { name: 'Go back to this' }).click()
    await page.getByLabel('Why').fill('It was better')
    await page.keyboard.press('Enter')
    await page.getByText('Version 1 maps now.', { exact: true }).waitFor()
    expect(server.ledger.moves).toEqual(['replay order-to-odoo@2 by admin'])
  })

  it('are exported as a file that is imported again', async () => {
    await open('/order-to-odoo?view=versions')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).first().click()
    const file = await (await download).path()
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText('On the screen as a draft.').waitFor()
  })

  it('speak German', async () => {
    await open('/order-to-odoo')
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByRole('menuitem', { name: 'Deutsch' }).click()
    await heading('Aufträge')
    await page.getByRole('link', { name: 'Vorschau' }).waitFor()
  })

  it('say what to do when the store is away', async () => {
    server.ledger.broken = true
    await open('')
    await page.getByRole('alert').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Try again' }).count()).toBe(1)
  })

  it('have nothing to show before the first start', async () => {
    server.show('empty')
    await open('')
    await page.getByRole('heading', { name: 'No mapping yet' }).waitFor()
  })
})
