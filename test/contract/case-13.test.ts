import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSandboxStage, PLENTY, type SandboxStage } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until } from '../support/until.ts'

let stage: SandboxStage
beforeAll(async () => {
  stage = await openSandboxStage({ silent: true })
})
afterAll(async () => stage?.dispose())

const shows = (pieces: number) =>
  until(`${PLENTY} to show ${pieces}`, async () => {
    const levels = await stage.shop.inventory()
    return levels.some(
      ({ sku, locationKey, quantity }) => sku === PLENTY && locationKey === 'main' && Number(quantity) === pieces,
    )
  })

describe('stock', () => {
  it('CASES 13: a number published before the webhook of an order that is then parked is counted again without it', async () => {
    const unknown = 'NOT-IN-ODOO'
    const product = { sku: unknown, name: unknown, prices: { base: '1.00' }, currency: 'USD', taxCode: 'standard' }
    await stage.shop.call('PUT', `/products/by-key/${unknown}`, { ...product, allowBackorder: true })
    const items = [PLENTY, unknown].map((sku) => ({ sku, quantity: '1' }))
    const order = await stage.shop.place(checkout(1, { items }))
    await shows(99_999)

    stage.odoo.person.setOnHand(PLENTY, 'WH', '100005')
    await shows(100_005)
    expect(await stage.deliver({ type: 'order.created', data: order })).toBe(202)
    await shows(100_004)
  })
})
