import { describe, expect, it } from 'vitest'
import {
  type Delivered,
  type OrderToOdooPorts,
  orderToOdoo,
  type PreparedOrder,
} from '../../clarity-extension/flows/order-to-odoo.ts'
import type { Order } from '../../shared/entities.ts'
import { correct, done, type Outcome, retry, review, skip } from '../../shared/outcome.ts'
import { fixture, quiet } from './support.ts'

const state: Delivered['state'] = {
  ref: '1001',
  id: 12,
  name: 'S00012',
  state: 'sale',
  delivery_status: 'pending',
  amount_total: '28.75',
  amount_tax: '3.75',
  currency: 'USD',
  version: '2026-11-20T10:00:00.000Z',
  pickings: [],
}

function setup(change: Partial<OrderToOdooPorts> = {}) {
  const calls: string[] = []
  const said = (what: string) => calls.push(what)
  const ports: OrderToOdooPorts = {
    async readOrder() {
      said('read')
      return { ok: false, outcome: retry('network', 'away') }
    },
    prepare: async (order) => ({ ok: true, value: prepared(order) }),
    async publishStatus() {
      said('publish')
      return done('shown')
    },
    inspect: async () => undefined,
    announce: () => () => undefined,
    link: async () => undefined,
    async saveLink({ version, by }, { id }) {
      said(`link ${version} by ${by.map(({ name, version }) => `${name}@${version}`)} for event ${id}`)
    },
    async saveHash({ hash }) {
      said(`hash ${hash}`)
    },
    async releaseDemand() {
      said('release')
    },
    async forgetPublished() {
      said('forget')
    },
    async recount() {
      said('recount')
    },
    ...change,
  }
  const prepared = (order: Order): PreparedOrder => ({
    hash: 'h1',
    async deliver() {
      said(`deliver ${order.number} ${order.status}`)
      const by = [{ name: 'order-to-odoo', version: 3 }]
      return { ok: true, value: { status: 'created', state, version: order.updatedAt, hash: 'h1', by } }
    },
  })
  return { calls, run: orderToOdoo(ports) }
}

const refusing = (outcome: Outcome): Partial<OrderToOdooPorts> => ({
  prepare: async () => ({ ok: true, value: { hash: 'h1', deliver: async () => ({ ok: false, outcome }) } }),
})

describe('order-to-odoo', () => {
  it('brings a complete snapshot to Odoo without reading it again, links it and tells the storefront', async () => {
    const { run, calls } = setup()
    expect(await run(fixture('order.created'), quiet)).toEqual(done('S00012 created, sale'))
    expect(calls).toEqual([
      'forget',
      'deliver CL-1001 pending',
      'link 2026-11-20T10:00:00.000Z by order-to-odoo@3 for event 1',
      'publish',
      'hash h1',
    ])
  })

  it('reads the order when the snapshot is not complete', async () => {
    const { run, calls } = setup()
    expect(await run(fixture('order.created', { items: undefined }), quiet)).toEqual(retry('network', 'away'))
    expect(calls).toEqual(['read'])
  })

  it('ignores a version older than the one Odoo holds', async () => {
    const { run, calls } = setup({ link: async () => ({ version: '2026-11-20T10:00:00.001Z', hash: 'h0' }) })
    expect(await run(fixture('order.created'), quiet)).toMatchObject({ kind: 'skip', reason: 'stale' })
    expect(calls).toEqual([])
  })

  it('recognises its own echo by the content, however new its version is', async () => {
    const { run, calls } = setup({ link: async () => ({ version: '2026-11-20T09:00:00.000Z', hash: 'h1' }) })
    expect(await run(fixture('order.updated'), quiet)).toMatchObject({ kind: 'skip', reason: 'unchanged' })
    expect(calls).toEqual([])
  })

  it('lets a person look first at what is out of the ordinary, whatever event brings the order', async () => {
    const { run, calls } = setup({ inspect: async () => review('anomaly', '900 pieces of MUG in one order.', {}) })
    for (const type of ['order.created', 'order.updated', 'order.paymentUpdated'])
      expect(await run(fixture('order.created', {}, type), quiet)).toMatchObject({ kind: 'review', cause: 'anomaly' })
    expect(calls).toEqual(['forget', 'recount', 'forget', 'recount', 'forget', 'recount'])
  })

  it('does not hold an order that Odoo has, nor one that is cancelled', async () => {
    const inspect = async () => review('anomaly', 'odd', {})
    const known = setup({ inspect, link: async () => ({ version: '2026-11-20T09:00:00.000Z', hash: 'h0' }) })
    expect(await known.run(fixture('order.created'), quiet)).toMatchObject({ kind: 'done' })
    const cancelled = setup({ inspect })
    expect(await cancelled.run(fixture('order.created', { status: 'cancelled' }), quiet)).toMatchObject({
      kind: 'done',
    })
  })

  it('keeps no link when Odoo does not take it, so that a replay tries again', async () => {
    const { run, calls } = setup(refusing(retry('network', 'away')))
    expect(await run(fixture('order.created'), quiet)).toEqual(retry('network', 'away'))
    expect(calls).toEqual(['forget'])
  })

  it('that cannot be mapped still counts as sold: what was last published is not what the storefront shows', async () => {
    const parked = correct({ code: 'required', message: 'Empty.', remedy: 'Fill it in.' })
    const { run, calls } = setup({ prepare: async () => ({ ok: false, outcome: parked }) })
    expect(await run(fixture('order.created'), quiet)).toEqual(parked)
    expect(calls).toEqual(['forget', 'recount'])
  })

  it('that Odoo does not take has its stock counted again, as a number without it may have been published before', async () => {
    const refusal = review('rounding', 'The totals differ.', {})
    const { run, calls } = setup(refusing(refusal))
    expect(await run(fixture('order.created'), quiet)).toEqual(refusal)
    expect(calls).toEqual(['forget', 'recount'])
  })

  it('is tried again when the order is in Odoo and only the storefront could not be told', async () => {
    const { run, calls } = setup({ publishStatus: async () => retry('throttled', 'slow down', 2000) })
    expect(await run(fixture('order.created'), quiet)).toEqual(retry('throttled', 'slow down', 2000))
    expect(calls).toContain('link 2026-11-20T10:00:00.000Z by order-to-odoo@3 for event 1')
    // Not through yet: the next attempt must not take it for unchanged.
    expect(calls.filter((call) => call.startsWith('hash'))).toEqual([])
  })

  it('is waited for by others only until it ends, however it ends', async () => {
    const announced: string[] = []
    const announce = (id: string) => {
      announced.push(id)
      return () => void announced.splice(announced.indexOf(id), 1)
    }
    for (const change of [{}, refusing(retry('network', 'away')), { link: () => Promise.reject(new Error('boom')) }]) {
      const { run } = setup({ ...change, announce })
      const ended = run(fixture('order.created'), quiet).catch(() => undefined)
      expect(announced).toHaveLength(1)
      await ended
      expect(announced).toEqual([])
    }
  })

  it('is done when the storefront already shows the status', async () => {
    const { run } = setup({ publishStatus: async () => skip('unchanged') })
    expect(await run(fixture('order.created'), quiet)).toMatchObject({ kind: 'done' })
  })

  it('gives a cancelled order’s pieces back to what is for sale', async () => {
    const { run, calls } = setup()
    await run(fixture('order.cancelled'), quiet)
    expect(calls).toContain('release')
  })

  it('names the field of an envelope that is not one', async () => {
    const { run } = setup()
    expect(await run(fixture('order.created', { updatedAt: 'yesterday' }), quiet)).toMatchObject({
      kind: 'correct',
      problems: [{ code: 'invalid_shape', field: '/data/updatedAt' }],
    })
  })
})
