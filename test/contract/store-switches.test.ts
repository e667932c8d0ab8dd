import { expect, it } from 'vitest'
import { gate } from '../../clarity-extension/flows/gate.ts'
import { createSkipped } from '../../clarity-extension/ledger/skipped.ts'
import type { Handler } from '../../clarity-extension/ledger/types.ts'
import { createSwitches } from '../../clarity-extension/switches.ts'
import { done, review } from '../../shared/outcome.ts'
import { PROPOSED } from '../../shared/switches.ts'
import { event, onBothStores, START, stateOf } from './store-support.ts'

onBothStores('switches', (on) => {
  const clock = { now: START }

  const switches = () => createSwitches(on.store.db, () => clock.now)

  it('does what the bridge always did until somebody decides', async () => {
    expect(await switches().enabled('order', 'toOdoo')).toBe(true)
    expect(await switches().owner('product', 'price')).toEqual({ side: 'odoo', otherwise: 'ignore' })
  })

  it('keeps a decision, and each part of it by itself', async () => {
    await switches().change('product', { directions: { toOdoo: false }, owners: {} })
    const { before, after } = await switches().change('product', {
      directions: {},
      owners: { price: { side: 'clarity', otherwise: 'propose' } },
    })
    expect(before).toMatchObject({ directions: { toOdoo: false }, owners: { price: { side: 'odoo' } } })
    expect(after.owners).toEqual({
      content: { side: 'odoo', otherwise: 'ignore' },
      price: { side: 'clarity', otherwise: 'propose' },
    })
    expect(await switches().of('product')).toEqual(after)
  })

  it('loses nothing when two people change one entity at once', async () => {
    await Promise.all([
      switches().change('customer', { directions: { toOdoo: false }, owners: {} }),
      switches().change('customer', { directions: { toClarity: false }, owners: {} }),
    ])
    expect((await switches().of('customer')).directions).toEqual({ toOdoo: false, toClarity: false })
  })

  it('refuses an owner for fields that the entity does not have', async () => {
    const change = { directions: {}, owners: { price: { side: 'odoo', otherwise: 'ignore' } } } as const
    await expect(switches().change('order', change)).rejects.toThrow('order has no field group price')
  })

  it('sees what another replica changed after a moment', async () => {
    const here = switches()
    expect(await here.enabled('stock', 'toClarity')).toBe(true)
    await switches().change('stock', { directions: { toClarity: false }, owners: {} })
    clock.now += 1_000
    expect(await here.enabled('stock', 'toClarity')).toBe(false)
  })

  /** The gate before a flow that always succeeds. */
  const gated =
    (now = switches()): Handler =>
    async ({ type, approved }) => {
      if (type === 'unreadable') throw new Error('unreadable')
      const passed = await gate(now, type, approved)
      return passed.open ? done('applied') : passed.outcome
    }

  it('records what arrives while off, and replays all of it after switching on', async () => {
    const { ledger, later, now } = on
    const skipped = createSkipped(on.store.db, ledger, now)
    await switches().change('order', { directions: { toOdoo: false }, owners: {} })
    await ledger.start(gated())
    const before = await ledger.ingest(event('order:1'))
    const after = await ledger.ingest(event('order:2'))
    await later(1_000)
    expect(await stateOf(on, before.id)).toMatchObject({ state: 'skipped', cause: 'switched_off' })
    expect(await skipped.of(['order.updated'])).toEqual({ count: 2, oldestAt: START })
    expect(await skipped.of(['order.created'])).toEqual({ count: 0, oldestAt: null })
    await ledger.stop()

    await switches().change('order', { directions: { toOdoo: true }, owners: {} })
    await ledger.start(gated())
    expect(await skipped.replay(['order.updated'], now(), 'ann')).toEqual({ moved: 0 })
    expect(await skipped.replay(['order.updated'], START, 'ann')).toEqual({ moved: 2 })
    await later(1)
    expect(await stateOf(on, after.id)).toMatchObject({ state: 'done', settled_by: 'ann' })
    expect(await skipped.replay(['order.updated'], START, 'ann')).toEqual({ moved: 0 })
  })

  it('replays thousands in order, and ends when they are skipped again', async () => {
    const { ledger, later, now } = on
    await switches().change('order', { directions: { toOdoo: false }, owners: {} })
    await ledger.start(gated())
    await Promise.all(Array.from({ length: 1_100 }, (_, index) => ledger.ingest(event(`order:${index}`))))
    await later(1_000)
    const skipped = createSkipped(on.store.db, ledger, now)
    expect(await skipped.replay(['order.updated'], 0, 'ann')).toEqual({ moved: 1_100 })
    await later(1)
    expect((await skipped.of(['order.updated'])).count).toBe(1_100)
  })

  it('holds a proposal for a person, and replaying accepts it, retries included', async () => {
    const { ledger, later } = on
    const seen: boolean[] = []
    await ledger.start(async ({ approved }) => {
      seen.push(approved)
      if (!approved) return review(PROPOSED, 'price changed in the storefront')
      return seen.length < 3 ? { kind: 'retry', cause: 'network', message: 'away' } : done('written')
    })
    const { id } = await ledger.ingest(event('order:1'))
    await later(1)
    expect((await stateOf(on, id)).state).toBe('held')
    await ledger.replay({ ids: [id] }, 'ann')
    await later(1)
    await later(5_000)
    expect(seen).toEqual([false, true, true])
    expect(await stateOf(on, id)).toMatchObject({ state: 'done', approved_by: 'ann' })
  })

  it('accepts nothing by replaying what was held for another reason', async () => {
    const { ledger, later } = on
    await ledger.start(async () => review('totals_differ', 'differ'))
    const { id } = await ledger.ingest(event('order:1'))
    await later(1)
    await ledger.replay({ ids: [id] }, 'ann')
    await later(1)
    expect((await stateOf(on, id)).approved_by).toBeNull()
  })
})
