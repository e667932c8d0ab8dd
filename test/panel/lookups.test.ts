import type { Browser, BrowserContext, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { PanelServer } from './server.ts'
import { standing } from './stand.ts'

let browser: Browser
let server: PanelServer
let context: BrowserContext
let page: Page
let found: string[]
standing('failing', {}, (stand) => {
  ;({ browser, server, context, page, found } = stand)
})

const open = (path = '/lookups') => page.goto(`${server.url}/admin${path}`)
const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })
const moves = () => server.ledger.lookups.moves

describe('value tables', () => {
  it('show what waits first, map it with one click, and say what was released', async () => {
    await open()
    await page.getByRole('heading', { level: 2, name: 'Carriers' }).waitFor()
    const bike = row('Bike courier')
    await expect.poll(() => bike.textContent()).toMatch(/2 records wait.*seen 4 times.*has no entry.*Not mapped/)
    await bike.getByRole('button', { name: 'Map Bike courier' }).click()
    const dialog = page.getByRole('dialog', { name: 'Map Bike courier to' })
    await dialog.getByLabel('Search').fill('expr')
    await dialog.getByRole('button', { name: 'Express' }).click()
    await page.getByText('Bike courier is mapped to Express. 2 records are back in line.').waitFor()
    await dialog.waitFor({ state: 'hidden' })
    expect(moves()).toEqual(['save carrier Bike courier "Express" by admin'])
    await page.getByText('2 records wait').waitFor({ state: 'hidden' })
    expect(found).toEqual([])
  })

  it('tell namesakes apart by their id, and say why one cannot be read', async () => {
    await open('/lookups/carrier')
    await row('Bike courier').getByRole('button', { name: 'Map' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /Standard.*Example Shop · id 4/ }).waitFor()
    await page.keyboard.press('Escape')
    server.ledger.lookups.odoo = 'unreadable'
    await row('Express').getByRole('button', { name: 'Map Express' }).click()
    await dialog.getByRole('alert').waitFor()
    await expect.poll(() => dialog.getByRole('alert').textContent()).toContain('may not read delivery.carrier')
    await page.keyboard.press('Escape')
    server.ledger.lookups.odoo = 'away'
    await row('Standard').first().getByRole('button', { name: 'Map Standard' }).click()
    await dialog.getByText('Odoo does not answer.').waitFor()
  })

  it('filter, and change or remove an entry of the merchant’s own', async () => {
    await open('/lookups/payment_method')
    await row('paypal').getByText('PayPal PPL').waitFor()
    await page.getByRole('button', { name: 'Only unmapped' }).click()
    await row('paypal').waitFor({ state: 'hidden' })
    await row('klarna').waitFor()
    await page.getByRole('button', { name: 'Only unmapped' }).click()
    await page.getByLabel('Search values').fill('nothing like it')
    await page.getByRole('heading', { name: 'No value matches' }).waitFor()
    await page.getByLabel('Search values').fill('paypal')
    await row('paypal').getByRole('button', { name: 'Remove paypal' }).click()
    await page.getByText('The entry for paypal is gone.').waitFor()
    expect(moves()).toEqual(['remove payment_method paypal undefined by admin'])
    await row('paypal').getByText('By the entry for every other value').waitFor()
  })

  it('show an import before it is done, and every fault of one that cannot be', async () => {
    await open('/lookups/payment_method')
    const file = (text: string) => ({ name: 'lookups.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    const input = page.getByLabel('Import a file…')
    await input.setInputFiles(file('table,value,result\r\npayment_method,klarna,NOPE\r\ncarrier,Drone,Rocket\r\n'))
    const dialog = page.getByRole('dialog', { name: 'Import lookups.csv' })
    await dialog.getByText('2 entries cannot be taken. Nothing was changed.').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await input.setInputFiles(file('table,value,result\r\npayment_method,klarna,BNK1\r\n'))
    await dialog.getByText('1 entry changes').waitFor()
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('1 entry changed, 1 records released.').waitFor()
    expect(moves()).toEqual(['save payment_method klarna "BNK1" by admin'])
  })

  it('show many in pages, nothing where there is nothing, and the way out where the store is away', async () => {
    server.show('many')
    await open('/lookups/category')
    await row('Line 000').waitFor()
    await page.getByRole('button', { name: 'Show more' }).click()
    await row('Line 149').waitFor()
    server.show('empty')
    await open('/lookups/carrier')
    await page.getByRole('heading', { name: 'No values yet' }).waitFor()
    await open('/lookups/nonsense')
    await page.getByRole('heading', { name: 'There is no such table' }).waitFor()
    server.ledger.broken = true
    await open()
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor()
    server.ledger.broken = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { level: 2 }).first().waitFor()
  })

  it('speak German', async () => {
    const storageState = await context.storageState()
    await context.close()
    context = await browser.newContext({ storageState, locale: 'de-DE' })
    page = await context.newPage()
    await open('/lookups/carrier')
    await page.getByRole('heading', { level: 1, name: 'Wertetabellen' }).waitFor()
    await row('Bike courier').getByText('2 Datensätze warten').waitFor()
  })
})
