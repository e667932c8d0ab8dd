import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PanelServer } from './server.ts'
import { standing } from './stand.ts'

let server: PanelServer
let page: Page
let found: string[]
standing('failing', {}, (stand) => {
  ;({ server, page, found } = stand)
})
beforeEach(async () => {
  await page.goto(`${server.url}/admin/entities/first-load`)
})

const card = (name: string) => page.getByRole('article', { name })

describe('the first load', () => {
  it('shows what a dry run found, and takes a decision on one and on all of a cause', async () => {
    const products = card('Products')
    await products.getByText('Dry run done, nothing written yet').waitFor()
    await expect
      .poll(() => products.getByRole('button', { name: /New/ }).textContent())
      .toBe('24Newmade on the other side')
    const conflicts = products.getByRole('region', { name: 'Needs your decision' })
    const differing = conflicts.getByRole('listitem').filter({ hasText: 'Recognised, but barcode differs' })
    await differing.getByRole('button', { name: 'One by one' }).click()
    const rows = products.getByRole('region', { name: 'Recognised, but barcode differs' })
    await expect
      .poll(() => rows.getByRole('listitem').textContent())
      .toMatch(/CapSKU CAP.*4006381333931.*Cap, blue.*4006381333948/)
    await rows.getByRole('button', { name: 'This one: Cap, Cap, blue' }).click()
    await differing.waitFor({ state: 'detached' })
    await conflicts.getByRole('button', { name: /Make all new/ }).click()
    await page.getByText('1 record decided.').waitFor()
    await conflicts.waitFor({ state: 'detached' })
    await products.getByRole('button', { name: 'Bring over: Products' }).click()
    await products.getByText('Bringing over').waitFor()
    expect(server.ledger.moves).toEqual(['link 1 by admin', 'new 1 by admin', 'start product by admin'])
    expect(found).toEqual([])
  })

  it('shows how far it is and what failed, pauses it, and says what is switched off', async () => {
    const customers = card('Customers')
    await customers.getByText('19 of 31').waitFor()
    await expect.poll(() => customers.getByRole('progressbar').getAttribute('value')).toBe('19')
    await customers.getByText('0.4 per second').waitFor()
    await customers.getByRole('button', { name: '1 failed' }).click()
    const failed = customers.getByRole('region', { name: 'Failed' })
    await failed.getByText('/vatNumber').waitFor()
    await expect.poll(() => failed.textContent()).toContain('The VAT number [DE1] is not valid.')
    await customers.getByRole('button', { name: 'Pause: Customers' }).click()
    await customers.getByText('Paused').waitFor()
    await card('Price lists').getByText('This direction is switched off').waitFor()
    await card('Stock').getByRole('button', { name: 'Dry run: Stock' }).click()
    await card('Stock').getByText('3,000 records read of Odoo').waitFor()
    expect(server.ledger.moves).toEqual(['pause customer by admin', 'dry run of stock by admin'])
  })

  it('says when it cannot be read, and recovers', async () => {
    server.ledger.broken = true
    await page.reload()
    const alert = page.getByRole('main').getByRole('alert').first()
    await alert.waitFor()
    server.ledger.broken = false
    await alert.getByRole('button', { name: 'Try again' }).click()
    await card('Products').waitFor()
  })
})
