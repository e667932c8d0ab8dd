import { expect, it } from 'vitest'
import { route } from '../../clarity-extension/ledger/lanes.ts'
import type { NewEvent } from '../../clarity-extension/ledger/types.ts'
import { correct, done, type Outcome, review } from '../../shared/outcome.ts'
import { event, onBothStores, recorder, START, stateOf } from './store-support.ts'

/** An order as the storefront tells it, through the door's own reading. */
function order(id: string, over: { total?: string; currency?: string; type?: string; number?: string } = {}): NewEvent {
  const { total = '10.00', currency = 'EUR', type = 'order.created', number = `W${id}` } = over
  const data = { id, updatedAt: '2026-11-20T12:00:00Z', number, total, currency }
  const payload = Buffer.from(JSON.stringify({ type, timestamp: '2026-11-20T12:00:00Z', data }))
  const place = route('clarity', payload)
  if ('fault' in place) throw new Error(place.fault)
  return { ...event(), ...place, payload, traceId: '1'.repeat(32) }
}

const unknownSku = (sku: string, line = 0): Outcome =>
  correct({ code: 'unknown_sku', field: `/items/${line}/sku`, value: sku, message: `no ${sku}`, remedy: 'make it' })

onBothStores('issues', (it_) => {
  /** Runs orders that all meet what `answer` says. */
  async function run(orders: NewEvent[], answer: (id: number) => Outcome): Promise<number[]> {
    await it_.ledger.start(recorder(answer).handler)
    const stored = await Promise.all(orders.map((one) => it_.ledger.ingest(one)))
    await it_.ledger.idle()
    return stored.map(({ id }) => id)
  }

  it('are one group for one cause, field and value, wherever in the record it stands', async () => {
    const skus = ['MUG', 'MUG', 'TEE']
    let at = 0
    await run([order('1'), order('2'), order('3')], () => unknownSku(skus[at] ?? '', at++))
    const { groups, total, events } = await it_.queries.failures()
    expect({ total, events }).toEqual({ total: 2, events: 3 })
    expect(groups.map(({ cause, field, value, count }) => ({ cause, field, value, count }))).toEqual([
      { cause: 'unknown_sku', field: '/items/*/sku', value: 'MUG', count: 2 },
      { cause: 'unknown_sku', field: '/items/*/sku', value: 'TEE', count: 1 },
    ])
    expect(groups[0]?.sample.map(({ subject }) => subject).sort()).toEqual(['W1', 'W2'])
  })

  it('say how many records and how much money is at stake, each order once and every cent', async () => {
    const orders = [
      order('1', { total: '0.10' }),
      order('1', { total: '0.10', type: 'order.updated' }),
      order('2', { total: '0.20' }),
      order('3', { total: '1000', currency: 'JPY' }),
    ]
    await run(orders, () => unknownSku('MUG'))
    const [group] = (await it_.queries.failures()).groups
    expect(group).toMatchObject({ count: 4, entities: 3 })
    expect(group?.atStake).toEqual([
      { currency: 'EUR', amount: '0.3' },
      { currency: 'JPY', amount: '1000' },
    ])
  })

  it('add up to the sum of their orders, whether each order stopped once or often', async () => {
    const often = (id: number) => id <= 15
    await it_.ledger.start(async ({ lane }) => unknownSku(often(Number(lane.slice(6))) ? 'OFTEN' : 'ONCE'))
    const ids = Array.from({ length: 25 }, (_, n) => n + 1)
    const twice = [
      ...ids.map((id) => [id, 'order.created'] as const),
      ...ids.filter(often).map((id) => [id, 'order.updated'] as const),
    ]
    await Promise.all(twice.map(([id, type]) => it_.ledger.ingest(order(`${id}`, { total: `${id}.01`, type }))))
    await it_.ledger.idle()
    const { groups } = await it_.queries.failures()
    const worth = (of: number[]) => of.reduce((sum, id) => sum + id * 100 + 1, 0) / 100
    const [more, less] = [ids.filter(often), ids.filter((id) => !often(id))]
    expect(groups.map(({ value, count, entities, atStake }) => ({ value, count, entities, atStake }))).toEqual([
      { value: 'OFTEN', count: 30, entities: 15, atStake: [{ currency: 'EUR', amount: `${worth(more)}` }] },
      { value: 'ONCE', count: 10, entities: 10, atStake: [{ currency: 'EUR', amount: `${worth(less)}` }] },
    ])
  })

  it('show their newest events and the problem of the newest', async () => {
    const ids = await run(
      Array.from({ length: 6 }, (_, n) => order(`${n + 1}`)),
      (id) => unknownSku(id % 2 === 0 ? 'MUG' : 'TEE'),
    )
    const { groups } = await it_.queries.failures()
    expect(groups.flatMap(({ sample }) => sample.map(({ id }) => id)).sort()).toEqual(ids.sort())
    for (const { value, sample, details } of groups) {
      expect(sample.map(({ id }) => id)).toEqual(sample.map(({ id }) => id).sort((a, b) => b - a))
      expect(details).toMatchObject([{ value, remedy: 'make it' }])
    }
  })

  it('are counted per cause however many groups there are', async () => {
    await it_.ledger.start(async ({ id, lane }) =>
      lane === 'order:4' ? review('totals_differ', 'differ') : unknownSku(`SKU-${id}`),
    )
    await Promise.all(['1', '2', '3', '4'].map((id) => it_.ledger.ingest(order(id))))
    await it_.ledger.idle()
    expect(await it_.queries.deadByCause()).toEqual([{ cause: 'unknown_sku', count: 3 }])
    expect(await it_.queries.heldByCause()).toEqual([{ cause: 'totals_differ', count: 1 }])
  })

  it('CASES 26: one that goes through after a replay releases the rest of its group, and no other', async () => {
    let mended = false
    await it_.ledger.start(async ({ lane }) => {
      if (lane === 'order:4') return unknownSku('TEE')
      return mended ? done('applied') : unknownSku('MUG')
    })
    const stored = await Promise.all(['1', '2', '3', '4'].map((id) => it_.ledger.ingest(order(id))))
    const ids = stored.map(({ id }) => id)
    await it_.ledger.idle()
    mended = true
    await it_.ledger.replay({ ids: [ids[0] ?? 0] }, 'ada')
    await it_.ledger.idle()
    // The release is a transaction of its own, after the one that settled.
    await expect
      .poll(() => Promise.all(ids.map(async (id) => (await stateOf(it_, id)).state)))
      .toEqual(['done', 'done', 'done', 'dead'])
    const released = await stateOf(it_, ids[1] ?? 0)
    expect(released).toMatchObject({ settled_by: 'bridge', issue_cause: null, issue_value: '' })
  })

  it('do not release decisions: each held order is its own', async () => {
    let approved = false
    const ids = await run([order('1'), order('2')], () =>
      approved ? done('applied') : review('totals_differ', 'differ'),
    )
    approved = true
    await it_.ledger.replay({ ids: [ids[0] ?? 0] }, 'ada')
    await it_.ledger.idle()
    await it_.later(0)
    expect((await stateOf(it_, ids[1] ?? 0)).state).toBe('held')
  })

  it('CASES 40: are replayed by group and by time, once: the second click moves nothing', async () => {
    await run([order('1'), order('2')], (id) => unknownSku(id % 2 === 0 ? 'MUG' : 'TEE'))
    const early = { from: START, to: START + 1 }
    await it_.later(60_000)
    await run([order('3')], () => unknownSku('MUG'))
    await it_.ledger.stop()
    const mugs = { cause: 'unknown_sku', field: '/items/*/sku', value: 'MUG' }
    expect(await it_.ledger.replay({ ...mugs, ...early }, 'ada')).toEqual({ moved: 1 })
    expect(await it_.ledger.replay({ ...mugs, ...early }, 'ada')).toEqual({ moved: 0 })
    expect(await it_.ledger.replay(early, 'ada')).toEqual({ moved: 1 })
    expect(await it_.ledger.dismiss(mugs, 'sold by phone', 'ada')).toEqual({ moved: 1 })
    expect((await it_.queries.failures()).total).toBe(0)
  })

  it('keep what identifies a person out of the group', async () => {
    const problem = {
      code: 'invalid_shape',
      field: '/contact/email',
      value: 'ada@example',
      message: 'no',
      remedy: 'yes',
    }
    const [id] = await run([order('1')], () => correct(problem))
    expect(await stateOf(it_, id ?? 0)).toMatchObject({ issue_field: '/contact/email', issue_value: '' })
  })

  it("give Odoo's events the number of their order, so that a search for it finds its shipments", async () => {
    await it_.ledger.ingest(order('77', { number: 'W-2077' }))
    const data = { picking_id: 5, order: { id: 1, ref: '77' } }
    const payload = Buffer.from(JSON.stringify({ type: 'picking.done', timestamp: '2026-11-20T12:00:00Z', data }))
    const picking = route('odoo', payload)
    if ('fault' in picking) throw new Error(picking.fault)
    await it_.ledger.ingest({ ...event(), ...picking, source: 'odoo', payload, traceId: '2'.repeat(32) })
    const found = await it_.queries.list({ search: 'W-2077' })
    expect(found.rows.map(({ type, subject }) => `${type} ${subject}`)).toEqual([
      'picking.done W-2077',
      'order.created W-2077',
    ])
  })
})
