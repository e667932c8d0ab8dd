import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SideAway } from '../../clarity-extension/reconcile/answer.ts'
import { csvOf, takingsCsv } from '../../clarity-extension/reconcile/csv.ts'
import { compareOrders, type OrderParts } from '../../clarity-extension/reconcile/orders.ts'
import { createPiles } from '../../clarity-extension/reconcile/piles.ts'
import { compareStock, type StockParts } from '../../clarity-extension/reconcile/stock.ts'
import { type TakingsParts, takings } from '../../clarity-extension/reconcile/takings.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import type { OrderState } from '../../odoo-bridge/client/shapes.ts'
import {
  type Order,
  order as orderShape,
  type Payment,
  type ReturnRequest,
  returnRequest,
} from '../../shared/entities.ts'

const signal = new AbortController().signal
const AT = '2026-11-20T10:00:00Z'
async function* pages<T>(...batches: T[][]) {
  yield* batches
}

describe('stock', () => {
  let folder: string
  let store: Store
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clarity-reconcile-'))
    store = await openStore({ dataDir: folder })
  })
  afterAll(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const left = () => store.db.selectFrom('stock_parts').selectAll().execute()

  const level = (sku: string, locationKey: string, quantity: string) => ({ sku, locationKey, quantity })
  const row = (sku: string, free_quantity: string, warehouse = 'WH') => ({
    sku,
    warehouse,
    free_quantity,
    on_hand: free_quantity,
  })
  const parts = (over: Partial<StockParts> = {}): StockParts => ({
    settings: { location: (code) => ({ WH: 'main', EAST: 'east' })[code], margin: 0, defaultLocation: 'main' },
    demand: async () => [],
    release: async () => undefined,
    piles: createPiles(store),
    shown: () => pages([level('MUG', 'main', '5.00')], [level('TEE', 'main', '7'), level('TEE', 'east', '1')]),
    page: async (after) =>
      after === 0
        ? { stock: [row('MUG', '5')], held: [], next: 1 }
        : { stock: [row('TEE', '9'), row('TEE', '1', 'EAST')], held: [], next: null },
    ...over,
  })

  it('names each SKU and location whose number is not the one it should be, and reads each side once', async () => {
    const { drifts, checked, read } = await compareStock(parts()).compare(signal)
    expect(drifts).toEqual([
      { kind: 'stock', key: 'TEE main', lane: 'stock:TEE', subject: 'TEE', clarity: '7', odoo: '9' },
    ])
    expect({ checked, read }).toEqual({ checked: 3, read: { clarity: 3, odoo: 2 } })
  })

  it('takes off what was sold and Odoo does not hold', async () => {
    const demand = async () => [{ orderId: '1', sku: 'TEE', quantity: '2' }]
    expect((await compareStock(parts({ demand })).compare(signal)).drifts).toEqual([])
  })

  it('forgets what Odoo holds, and asks about all orders before it takes any off', async () => {
    const told = new Set(Array.from({ length: 6_000 }, (_, n) => `${n}`))
    const { page } = parts()
    const compared = await compareStock(
      parts({
        demand: async () => [...told].map((orderId) => ({ orderId, sku: 'MUG', quantity: '1' })),
        release: async (orders) => {
          for (const order of orders) told.delete(order)
        },
        page: async (after, pending) => {
          expect(pending.length).toBeLessThanOrEqual(5_000)
          return { ...(await page(after, pending)), held: pending }
        },
      }),
    ).compare(signal)
    expect(compared.drifts).toMatchObject([{ key: 'TEE main' }])
    expect(compared.read).toEqual({ clarity: 3, odoo: 2 })
    expect(told.size).toBe(0)
  })

  it('names what the storefront sells and Odoo does not stock', async () => {
    const shown = () => pages([level('GONE', 'main', '3'), level('EMPTY', 'main', '0')])
    expect((await compareStock(parts({ shown })).compare(signal)).drifts).toMatchObject([
      { key: 'GONE main', clarity: '3', odoo: null },
    ])
  })

  it('concludes nothing from half a reading', async () => {
    async function* shown() {
      yield [level('MUG', 'main', '5')]
      throw new SideAway('the storefront did not answer in time')
    }
    await expect(compareStock(parts({ shown })).compare(signal)).rejects.toThrow('did not answer')
    expect(await left()).toEqual([])
  })

  it('takes the later of two numbers that were read while they changed, and leaves what a killed run kept out of it', async () => {
    const killed = await createPiles(store).begin()
    const many = Array.from({ length: 30_000 }, (_, n) => level(`OLD-${n}`, 'main', '3'))
    await killed.add('clarity', [...many, level('TEE', 'main', '1')])
    expect(await left()).not.toEqual([])
    const shown = () => pages([level('TEE', 'main', '8'), level('TEE', 'main', '9.0')], [level('TEE', 'east', '1')])
    const { drifts, checked, read } = await compareStock(parts({ shown })).compare(signal)
    expect(drifts).toEqual([])
    expect({ checked, read }).toEqual({ checked: 3, read: { clarity: 2, odoo: 2 } })
    expect(await left()).toEqual([])
  })

  const SKUS = 20_000
  it('compares more than a page of numbers, in whatever order either side has them', async () => {
    const skus = Array.from({ length: SKUS }, (_, n) => `SKU-${(n * 3_001) % SKUS}`)
    async function* shown() {
      for (let from = 0; from < skus.length; from += 700)
        yield skus.slice(from, from + 700).flatMap((sku) => [level(sku, 'main', '4'), level(sku, 'east', '0')])
    }
    let spilled = 0
    const page: StockParts['page'] = async (after) => {
      const stock = Array.from({ length: 500 }, (_, n) =>
        row(`SKU-${after + n}`, (after + n) % 5_000 === 7 ? '5' : '4'),
      )
      // The last SKU is unknown to Odoo.
      spilled = Math.max(spilled, (await left()).length)
      const known = stock.filter(({ sku }) => sku !== `SKU-${SKUS - 1}`)
      return { stock: known, held: [], next: after + 500 < SKUS ? after + 500 : null }
    }
    const { drifts, checked } = await compareStock(parts({ shown, page })).compare(signal)
    expect(drifts.map(({ key, odoo }) => `${key} ${odoo}`).sort()).toEqual([
      ...[10_007, 15_007].map((n) => `SKU-${n} main 5`),
      `SKU-${SKUS - 1} main null`,
      ...[5_007, 7].map((n) => `SKU-${n} main 5`),
    ])
    expect(checked).toBe(2 * SKUS)
    expect(spilled).toBeGreaterThan(1_000)
    expect(await left()).toEqual([])
  })
})

const order = (id: string, over: Partial<Order> = {}): Order =>
  orderShape.parse({
    id,
    updatedAt: AT,
    number: `#${id}`,
    status: 'processing',
    currency: 'EUR',
    pricesIncludeTax: false,
    items: [
      {
        lineId: 'L1',
        sku: 'MUG',
        name: 'Mug',
        quantity: '1',
        unitPrice: '10.00',
        taxAmount: '1.90',
        taxRate: '19',
        total: '10.00',
      },
    ],
    subtotal: '10.00',
    shippingTotal: '0.00',
    taxTotal: '1.90',
    total: '11.90',
    billingAddress: { line1: '1 Main St', city: 'Springfield', country: 'US' },
    shippingAddress: { line1: '1 Main St', city: 'Springfield', country: 'US' },
    placedAt: AT,
    ...over,
  })

describe('orders', () => {
  const state = (ref: string, over: Partial<OrderState> = {}): OrderState => ({
    ref,
    id: Number(ref),
    name: `S${ref}`,
    state: 'sale',
    delivery_status: 'pending',
    invoice_status: 'no',
    amount_total: '11.9',
    amount_tax: '1.9',
    currency: 'EUR',
    version: AT,
    pickings: [],
    ...over,
  })
  const compare = (orders: Order[], states: OrderState[], over: Partial<OrderParts> = {}) =>
    compareOrders({
      begin: async () => 0,
      notForUs: async () => new Set(),
      orders: () => pages(orders),
      states: async () => states,
      shipments: async () => [],
      ...over,
    }).compare(signal)

  it('agree to the cent, whatever the zeros', async () => {
    expect((await compare([order('1')], [state('1')])).drifts.map(({ kind }) => kind)).toEqual([])
  })

  it('name total, tax and status that differ', async () => {
    const { drifts } = await compare(
      [order('1', { status: 'shipped' })],
      [state('1', { amount_total: '11.91', amount_tax: '1.91' })],
    )
    expect(drifts).toMatchObject([
      { kind: 'order_total', clarity: '11.90 EUR', odoo: '11.91 EUR', lane: 'order:1' },
      { kind: 'order_tax', clarity: '1.90 EUR', odoo: '1.91 EUR' },
      { kind: 'order_status', clarity: 'shipped' },
    ])
  })

  it('name an order that Odoo does not have, unless it was cancelled or is older than the bridge', async () => {
    const begin = async () => Date.parse('2026-11-01T00:00:00Z')
    const orders = [order('1'), order('2', { status: 'cancelled' }), order('3', { placedAt: '2026-10-01T00:00:00Z' })]
    expect((await compare(orders, [], { begin })).drifts).toMatchObject([
      { kind: 'order_missing', key: '1', clarity: '11.90 EUR', odoo: null },
    ])
  })

  it('name a delivery that is no shipment, unless it is nothing for the storefront', async () => {
    const delivered = state('1', {
      delivery_status: 'full',
      pickings: [
        { id: 7, name: 'WH/OUT/7', state: 'done' },
        { id: 8, name: 'WH/OUT/8', state: 'done' },
        { id: 9, name: 'WH/OUT/9', state: 'done' },
        { id: 10, name: 'WH/OUT/10', state: 'assigned' },
      ],
    })
    const { drifts } = await compare([order('1', { status: 'shipped' })], [delivered], {
      shipments: async () => [{ externalKey: 'WH/OUT/7' }],
      notForUs: async () => new Set([9]),
    })
    expect(drifts).toMatchObject([{ kind: 'shipment', key: '8', odoo: 'WH/OUT/8', clarity: null }])
  })
})

const returned = (id: string, orderId: string, over: Partial<ReturnRequest> = {}): ReturnRequest =>
  returnRequest.parse({
    id,
    updatedAt: AT,
    orderId,
    items: [{ lineId: 'L1', sku: 'MUG', quantity: '1' }],
    currency: 'EUR',
    refundAmount: '4.00',
    status: 'refunded',
    ...over,
  })

describe('takings', () => {
  const paid = (id: string, over: Partial<Payment> = {}): Payment => ({
    id,
    method: 'card',
    amount: '11.90',
    currency: 'EUR',
    state: 'captured',
    at: AT,
    ...over,
  })
  const booked = (id: number, ref: string | null, amount: string, over: object = {}) => ({
    id,
    name: `PCARD/${id}`,
    ref,
    order: null as string | null,
    of: null as string | null,
    journal: 'CARD',
    date: '2026-11-20',
    currency: 'EUR',
    amount,
    ...over,
  })
  const of = (orders: Order[], payments: ReturnType<typeof booked>[], returns: ReturnRequest[] = []) => {
    const parts: TakingsParts = {
      orders: () => pages(orders),
      returns: () => pages(returns),
      order: async (id) => order(id, { number: `#${id}, read alone`, payments: [paid('p1')] }),
      booked: async () => ({ payments, next: null }),
    }
    return takings(parts, '2026-11-01', '2026-11-30')
  }

  it('add up by method, journal and currency, and match payment by payment', async () => {
    const orders = [
      order('1', { payments: [paid('p1'), paid('p2', { method: 'gift', amount: '0.10' })] }),
      order('2', {
        payments: [paid('p1'), paid('p2', { state: 'failed' }), paid('p3', { at: '2026-12-01T00:00:00Z' })],
      }),
    ]
    const result = await of(orders, [
      booked(1, '1/p1', '11.90'),
      booked(2, '1/p2', '0.10', { journal: 'GIFT' }),
      // Booked on the next day, by the company's calendar.
      booked(3, '2/p1', '11.9', { date: '2026-11-21' }),
    ])
    expect(result).toMatchObject({
      totals: [
        { method: 'card', journal: 'CARD', currency: 'EUR', clarity: '23.80', odoo: '23.80', difference: '0.00' },
        { method: 'gift', journal: 'GIFT', clarity: '0.10', difference: '0.00' },
      ],
      unmatched: [],
    })
  })

  it('name every payment that one side has alone or in another amount', async () => {
    const orders = [order('1', { payments: [paid('p1'), paid('p2', { amount: '5.00' })] })]
    const result = await of(orders, [booked(1, '1/p1', '11.00'), booked(2, null, '3.00')])
    expect(result.unmatched).toMatchObject([
      { order: '#1', payment: '1/p1', clarity: '11.90', odoo: '11.00 EUR', why: 'amounts_differ' },
      { order: '#1', payment: '1/p2', clarity: '5.00', odoo: null, why: 'not_in_odoo' },
      { order: null, payment: 'PCARD/2', clarity: null, odoo: '3.00', why: 'not_in_storefront' },
    ])
    expect(result.totals.map(({ difference }) => difference).sort()).toEqual(['-3.00', '0.90', '5.00'])
  })

  it('count what went back once, though a refunded payment and a refunded return tell it twice', async () => {
    const orders = [order('1', { payments: [paid('p1', { state: 'refunded' }), paid('p2', { amount: '5.00' })] })]
    const result = await of(
      orders,
      [
        booked(1, '1/p1', '11.90', { date: '2026-11-03' }),
        booked(2, '1/p2', '5.00'),
        booked(3, null, '-11.90', { order: '1', of: 'p1' }),
      ],
      [returned('r1', '1', { refundAmount: '11.90' })],
    )
    expect(result.unmatched).toEqual([])
    expect(result.totals).toMatchObject([{ clarity: '5.00', odoo: '5.00', difference: '0.00' }])
  })

  it('name an order for which another amount went back, also when it did not change itself', async () => {
    const result = await of(
      [],
      [booked(1, null, '-3.00', { order: '7', of: 'p1' })],
      [returned('r1', '7', { refundAmount: '4.00' }), returned('r2', '8', { status: 'approved' })],
    )
    expect(result.unmatched).toMatchObject([
      { order: '#7, read alone', payment: '7/refund', clarity: '-4.00', odoo: '-3.00 EUR', why: 'amounts_differ' },
    ])
    expect(result.totals).toMatchObject([{ method: 'card', clarity: '-4.00', odoo: '-3.00', difference: '-1.00' }])
  })

  it('name money that went back in one system only', async () => {
    const result = await of([], [booked(1, null, '-3.00', { order: '7' })], [returned('r1', '8')])
    expect(result.unmatched).toMatchObject([
      { payment: '7/refund', clarity: '0.00', odoo: '-3.00 EUR', why: 'amounts_differ' },
      { payment: '8/refund', clarity: '-4.00', odoo: null, why: 'not_in_odoo' },
    ])
  })

  it('keep as many decimals as the currency has', async () => {
    const yen = order('1', { payments: [paid('p1', { amount: '1200', currency: 'JPY' })] })
    expect((await of([yen], [booked(1, '1/p1', '1200', { currency: 'JPY' })])).totals).toMatchObject([
      { clarity: '1200', odoo: '1200', difference: '0' },
    ])
  })

  it('are a table in which nothing runs as a formula', async () => {
    const evil = order('1', { number: '=HYPERLINK("http://evil")', payments: [paid('p1', { method: '@card' })] })
    const csv = takingsCsv(await of([evil], []))
    expect(csv).toContain(`"'=HYPERLINK(""http://evil"")"`)
    expect(csv).toContain("'@card")
    expect(csv).not.toMatch(/(^|,)"?[=@]/m)
    expect(csvOf(['a'], [['-5.00'], ['-cmd'], ['+49 30'], ['\tx'], [7], [null]]).split('\r\n')).toEqual([
      '\ufeffa',
      '-5.00',
      "'-cmd",
      "'+49 30",
      "'\tx",
      '7',
      '',
      '',
    ])
  })
})
