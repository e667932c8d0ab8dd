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
  await page.goto(`${server.url}/admin/reconciliation`)
})

const differences = () => page.getByRole('region', { name: 'Differences' })

describe('reconciliation', () => {
  it('shows both values of a difference, leads to its event, and mends it', async () => {
    const mug = differences().getByRole('listitem').filter({ hasText: 'MUG-BLUE' })
    await mug.waitFor()
    await expect.poll(() => mug.textContent()).toMatch(/Storefront14Odoo12.*seen since.*Open its event/)
    await mug.getByRole('button', { name: 'Correct the storefront: MUG-BLUE, Stock' }).click()
    await page.getByText('It is in line.').waitFor()
    await mug.getByText('the next comparison looks again').waitFor()
    expect(server.ledger.moves).toEqual(['repair stock MUG-BLUE main toClarity by admin'])
    const total = differences().getByRole('listitem').filter({ hasText: '#1043' })
    await expect.poll(() => total.textContent()).toContain('To be decided by hand')
    await mug.getByRole('link', { name: 'Open its event' }).click()
    await page.waitForURL(/\/activity\/\d+$/)
    expect(found).toEqual([])
  })

  it('filters by kind, and says when both sides agree', async () => {
    await page.getByLabel('Kind of difference').selectOption('shipment')
    await differences().getByRole('listitem').filter({ hasText: 'WH/OUT/00077' }).waitFor()
    await expect.poll(() => differences().getByRole('listitem').count()).toBe(1)
    // The address holds the filter: a link to it shows the same.
    await page.waitForURL(/\/admin\/reconciliation\?kind=shipment$/)
    await page.reload()
    await differences().getByRole('listitem').filter({ hasText: 'WH/OUT/00077' }).waitFor()
    await expect.poll(() => differences().getByRole('listitem').count()).toBe(1)
    server.show('empty')
    await page.reload()
    await page.getByRole('heading', { name: 'Both sides agree' }).waitFor()
    await page.getByRole('heading', { name: 'No payments in these days' }).waitFor()
  })

  it('shows the takings of a period and names what does not match', async () => {
    const totals = page.getByRole('region', { name: 'Takings by payment method' })
    await totals.waitFor()
    await expect.poll(() => totals.getByRole('row').nth(1).textContent()).toBe('cardCARD€12,480.20€12,360.30€119.90')
    const unmatched = page.getByRole('region', { name: 'Payments that do not match' })
    await expect
      .poll(() => unmatched.getByRole('row').nth(1).textContent())
      .toBe('2026-11-19#10441044/p1Not in Odoo€119.90none')
    await page.getByLabel('From', { exact: true }).fill('2026-10-01')
    await page.getByLabel('To', { exact: true }).fill('2026-10-31')
    await page.getByRole('button', { name: 'Show' }).click()
    const csv = page.getByRole('link', { name: 'Download as CSV' }).last()
    await page.waitForFunction(() => document.querySelector('a[href*="from=2026-10-01&to=2026-10-31"]') !== null)
    await expect.poll(() => csv.getAttribute('href')).toBe('/api/takings.csv?from=2026-10-01&to=2026-10-31')
  })

  it('says when it cannot be read, and recovers', async () => {
    server.ledger.broken = true
    await page.reload()
    const alert = page.getByRole('main').getByRole('alert').first()
    await alert.waitFor()
    server.ledger.broken = false
    await alert.getByRole('button', { name: 'Try again' }).click()
    await differences().getByRole('listitem').first().waitFor()
  })
})
