import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PanelServer } from './server.ts'
import { standing } from './stand.ts'

let server: PanelServer
let page: Page
let found: string[]
standing('well', { fresh: true }, (stand) => {
  ;({ server, page, found } = stand)
})

const card = (name: string) => page.getByRole('article', { name })

describe('entities', () => {
  beforeEach(() => page.goto(`${server.url}/admin/entities`))

  it('switches a direction, and offers what it left out once it is on', async () => {
    const stock = card('Stock levels')
    await stock.getByText('48 skipped').waitFor()
    await expect.poll(() => stock.getByRole('button', { name: 'Replay' }).count()).toBe(0)
    await stock.getByRole('switch').focus()
    await page.keyboard.press('Space')
    await stock.getByRole('button', { name: 'Replay' }).click()
    await page.getByText('48 events are back in line.').waitFor()
    await stock.getByText('48 skipped').waitFor({ state: 'hidden' })
    expect(server.ledger.moves).toEqual([
      'stock {"directions":{"toClarity":true},"owners":{}} by admin',
      'replay stock toClarity since 0 by admin',
    ])
    expect(found).toEqual([])
  })

  it('chooses whose a group of fields is, and what becomes of the other side', async () => {
    const product = card('Products')
    await product.getByLabel('Products, Content: record').selectOption('Storefront is the record')
    await product.getByLabel('Products, Content: changes').selectOption('Changes in Odoo wait for your decision')
    await expect
      .poll(() => server.ledger.moves)
      .toEqual([
        'product {"directions":{},"owners":{"content":{"side":"clarity","otherwise":"ignore"}}} by admin',
        'product {"directions":{},"owners":{"content":{"side":"clarity","otherwise":"propose"}}} by admin',
      ])
  })

  it('reads one now, and says when that is under way already', async () => {
    await card('Orders').getByRole('button', { name: 'Sync now: Orders, Storefront to Odoo' }).click()
    await page.getByText('It runs now.').waitFor()
    await card('Orders').getByRole('button', { name: 'Sync now: Orders, Odoo to storefront' }).click()
    await page.getByText('It is running already.').waitFor()
  })

  it('says when it cannot be read, and recovers', async () => {
    server.ledger.broken = true
    await page.reload()
    const alert = page.getByRole('main').getByRole('alert')
    await alert.waitFor()
    server.ledger.broken = false
    await alert.getByRole('button', { name: 'Try again' }).click()
    await card('Orders').waitFor()
  })
})

describe('schedules', () => {
  beforeEach(() => page.goto(`${server.url}/admin/entities/schedules`))

  it('shows what stalls and fails, with the reason', async () => {
    const rows = page.getByRole('main').getByRole('listitem')
    await rows.filter({ hasText: 'Read Stock levels of Odoo' }).getByText('Odoo did not answer in time').waitFor()
    await rows.filter({ hasText: "storefront's subscription" }).getByText('Stalled').waitFor()
  })

  it('changes a schedule and refuses one that cannot be read', async () => {
    const field = page.getByLabel('Schedule: Read orders of the storefront')
    await field.fill('*/15 * * * *')
    await page.keyboard.press('Enter')
    await page.getByText('The schedule is saved.').waitFor()
    await field.fill('often')
    await page.keyboard.press('Enter')
    await page.getByText('is not a cron expression').waitFor()
    expect(server.ledger.moves).toEqual(['order toOdoo */15 * * * * by admin'])
  })
})
