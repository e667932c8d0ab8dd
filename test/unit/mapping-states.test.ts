import { describe, expect, it } from 'vitest'
import { type PickingState, shipmentToClarity } from '../../clarity-extension/mapping/shipment.ts'
import { type OrderState, statusToClarity } from '../../clarity-extension/mapping/status.ts'
import { type SellableOptions, sellable } from '../../clarity-extension/mapping/stock.ts'

const location = (warehouse: string) => ({ WH: 'main', EAST: 'east' })[warehouse]

describe("Odoo's state as the storefront's status", () => {
  it.each<[OrderState['state'], OrderState['delivery_status'], string]>([
    ['draft', null, 'pending'],
    ['sent', null, 'pending'],
    ['sale', null, 'confirmed'],
    ['sale', 'pending', 'processing'],
    ['sale', 'started', 'processing'],
    ['sale', 'partial', 'partiallyShipped'],
    ['sale', 'full', 'shipped'],
    ['cancel', 'full', 'cancelled'],
  ])('%s with delivery %s is %s', (state, delivery_status, status) => {
    const order: OrderState = {
      ref: '1',
      id: 1,
      name: 'S1',
      state,
      delivery_status,
      amount_total: '0',
      amount_tax: '0',
      currency: 'USD',
      pickings: [],
      version: '',
    }
    expect(statusToClarity(order)).toBe(status)
  })
})

describe('a picking as a shipment', () => {
  const picking: PickingState = {
    id: 9,
    name: 'WH/OUT/0009',
    state: 'done',
    order: { id: 1, ref: '1001' },
    warehouse: 'EAST',
    carrier: 'DHL',
    tracking: '',
    tracking_url: null,
    done_at: '2026-11-20T12:00:00Z',
    lines: [
      { line_ref: 'L1', sku: 'A', quantity: '1.0' },
      { line_ref: 'L1', sku: 'A', quantity: '2' },
      { line_ref: null, sku: 'GIFT', quantity: '1' },
      { line_ref: 'L2', sku: 'B', quantity: '0' },
    ],
  }

  it('case 33: carries its own lines, once each, from its own place', () => {
    expect(shipmentToClarity(picking, location)).toEqual({
      externalKey: 'WH/OUT/0009',
      trackingNumber: null,
      trackingUrl: null,
      carrier: 'DHL',
      method: 'DHL',
      shippedAt: '2026-11-20T12:00:00.000Z',
      locationKey: 'east',
      lines: [{ lineId: 'L1', sku: 'A', quantity: '3' }],
    })
    expect(shipmentToClarity({ ...picking, warehouse: 'POP-UP' }, location)?.locationKey).toBeNull()
  })

  it('is none when nothing of it was ordered in the storefront', () => {
    const gift = picking.lines.filter(({ line_ref }) => line_ref === null)
    expect(shipmentToClarity({ ...picking, lines: gift }, location)).toBeUndefined()
  })
})

describe('what may be sold', () => {
  const options: SellableOptions = { location, margin: 0, defaultLocation: 'main' }
  const row = (warehouse: string, free: string, sku = 'A') => ({ sku, warehouse, free_quantity: free, on_hand: free })

  it('case 13: free quantity minus what the storefront sold and Odoo does not hold', () => {
    const pending = [
      { orderId: '1', sku: 'A', quantity: '1' },
      { orderId: '2', sku: 'A', quantity: '1' },
    ]
    expect(sellable([row('WH', '5')], pending, options)).toEqual([{ sku: 'A', locationKey: 'main', quantity: '3' }])
    expect(sellable([row('WH', '4')], pending.slice(1), options)).toEqual([
      { sku: 'A', locationKey: 'main', quantity: '3' },
    ])
  })

  it('case 14: 30 on hand, 29 reserved, 50 received: 51', () => {
    expect(sellable([row('WH', '51')], [], options)[0]?.quantity).toBe('51')
  })

  it('case 18: warehouses share a location, stand apart, or are not for sale', () => {
    const shared = { ...options, location: (code: string) => ({ A: 'main', B: 'main', C: 'east' })[code] }
    const rows = [row('A', '1.5'), row('B', '1.5'), row('C', '7'), row('SHOWROOM', '9')]
    expect(sellable(rows, [], shared)).toEqual([
      { sku: 'A', locationKey: 'main', quantity: '3' },
      { sku: 'A', locationKey: 'east', quantity: '7' },
    ])
  })

  it('takes pending demand at the default location first, then elsewhere, and never below zero', () => {
    const rows = [row('EAST', '3'), row('WH', '2')]
    const left = (quantity: string, margin = 0) =>
      sellable(rows, [{ orderId: '1', sku: 'A', quantity }], { ...options, margin }).map((one) => one.quantity)
    expect(left('1')).toEqual(['1', '3'])
    expect(left('4')).toEqual(['0', '1'])
    expect(left('99')).toEqual(['0', '0'])
    expect(left('1', 2)).toEqual(['0', '1'])
    expect(sellable([row('WH', '-4')], [], options)[0]?.quantity).toBe('0')
  })
})
