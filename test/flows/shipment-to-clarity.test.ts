import { describe, expect, it } from 'vitest'
import { type ShipmentPorts, shipmentToClarityFlow } from '../../clarity-extension/flows/shipment-to-clarity.ts'
import type { PickingState } from '../../clarity-extension/mapping/shipment.ts'
import { eventOf, fixture, quiet } from './support.ts'

const picking: PickingState = {
  id: 34,
  name: 'WH/OUT/00034',
  state: 'done',
  order: { id: 12, ref: '1001' },
  warehouse: 'WH',
  carrier: 'Post',
  tracking: null,
  tracking_url: null,
  done_at: '2026-11-20T11:00:00.000Z',
  lines: [{ line_ref: '1', sku: 'SKU', quantity: '2' }],
}

function setup(change: Partial<ShipmentPorts> = {}, now: PickingState = picking) {
  const calls: string[] = []
  let link: { shipmentId: string; hash: string | null } | undefined
  const ports: ShipmentPorts = {
    readPicking: async () => ({ ok: true, value: now }),
    location: () => 'main',
    link: async () => link,
    async saveLink(_, shipmentId, hash) {
      link = { shipmentId, hash }
    },
    async listShipments() {
      calls.push('list')
      return { ok: true, value: [] }
    },
    async postShipment(orderId, body, key) {
      calls.push(`post ${orderId} ${body.externalKey} ${key}`)
      return { ok: true, value: { id: 'sh1' } }
    },
    async patchShipment(_, shipmentId, body) {
      calls.push(`patch ${shipmentId} ${body.trackingNumber}`)
      return { ok: true, value: {} }
    },
    ...change,
  }
  return { calls, run: shipmentToClarityFlow(ports), ports }
}

describe('shipment-to-clarity', () => {
  it('sends a finished picking once, under a key that stays the same', async () => {
    const { run, calls } = setup()
    expect(await run(fixture('picking.done'), quiet)).toMatchObject({ kind: 'done' })
    expect(await run(fixture('picking.done'), quiet)).toMatchObject({ kind: 'skip', reason: 'unchanged' })
    expect(calls).toEqual(['post 1001 WH/OUT/00034 order:1001:picking:34'])
  })

  it('CASES 34: tracking that arrives later completes the shipment instead of sending another', async () => {
    const first = setup()
    await first.run(fixture('picking.done'), quiet)
    const later = setup({
      ...first.ports,
      readPicking: async () => ({ ok: true, value: { ...picking, tracking: '1Z9' } }),
    })
    expect(await later.run(fixture('picking.tracking'), quiet)).toMatchObject({ kind: 'done' })
    expect(first.calls.slice(1)).toEqual(['patch sh1 1Z9'])
  })

  it('finds the shipment of an attempt whose answer was lost', async () => {
    const { run, calls } = setup({
      async listShipments() {
        return { ok: true, value: [{ id: 'sh7', externalKey: 'WH/OUT/00034' }] }
      },
    })
    const again = { ...fixture('picking.done'), attempt: 2 }
    expect(await run(again, quiet)).toMatchObject({ kind: 'done' })
    expect(calls).toEqual(['patch sh7 null'])
  })

  it('leaves alone what is not done yet and what the storefront did not order', async () => {
    const waiting = setup({}, { ...picking, state: 'assigned' })
    expect(await waiting.run(fixture('picking.tracking'), quiet)).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
    const gift = setup({}, { ...picking, lines: [{ line_ref: null, sku: 'GIFT', quantity: '1' }] })
    expect(await gift.run(fixture('picking.done'), quiet)).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
    expect([...waiting.calls, ...gift.calls]).toEqual([])
  })

  it('refuses an envelope without its picking, naming the field', async () => {
    const { run } = setup()
    const outcome = await run(eventOf({ type: 'picking.done' }), quiet)
    expect(outcome).toMatchObject({ kind: 'correct' })
  })
})
