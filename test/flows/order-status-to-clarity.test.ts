import { describe, expect, it } from 'vitest'
import {
  type OrderStatusPorts,
  orderStatusToClarity,
  type Shown,
} from '../../clarity-extension/flows/order-status-to-clarity.ts'
import { type OrderState, statusToClarity } from '../../clarity-extension/mapping/status.ts'
import { correct } from '../../shared/outcome.ts'
import { fixture, quiet } from './support.ts'

const order: OrderState = {
  ref: '1001',
  id: 12,
  name: 'S00012',
  state: 'sale',
  delivery_status: 'pending',
  amount_total: '24.00',
  amount_tax: '4.00',
  currency: 'EUR',
  version: '2026-11-20T10:00:00.000Z',
  pickings: [],
}
const illegal = correct({
  code: 'storefront_refused',
  target: '/status',
  message: 'An order that is cancelled cannot become processing. (illegal_status)',
  remedy: 'Correct the value.',
})

/** @param states how Odoo answers one reading after the other; the last one stays */
function setup(states: OrderState[] = [order], shown?: Shown, refusal = illegal) {
  const calls: string[] = []
  let told: string | undefined
  let reading = 0
  const ports: OrderStatusPorts = {
    statusOf: async (state) => statusToClarity(state),
    readOrderState: async () => ({ ok: true, value: states[Math.min(reading++, states.length - 1)] }),
    async readShown() {
      calls.push('read')
      return shown ? { ok: true, value: shown } : { ok: false, outcome: refusal }
    },
    told: async () => told,
    async saveTold(_, text) {
      told = text
    },
    async patchStatus(_, { status, externalKey, expectedShipDate }) {
      calls.push(`patch ${status} ${externalKey}${expectedShipDate === undefined ? '' : ` ${expectedShipDate}`}`)
      return shown ? { ok: false, outcome: refusal } : { ok: true, value: {} }
    },
  }
  const run = () => orderStatusToClarity(ports)(fixture('sale_order.changed'), quiet)
  return { calls, run, told: () => told }
}

describe('order-status-to-clarity', () => {
  it('tells the storefront number and status once', async () => {
    const { run, calls } = setup()
    expect(await run()).toMatchObject({ kind: 'done' })
    expect(await run()).toMatchObject({ kind: 'skip', reason: 'unchanged' })
    expect(calls).toEqual(['patch processing S00012'])
  })

  it('tells when a backorder is to leave, another day when that moves, and nothing once it left', async () => {
    const partial: OrderState = { ...order, delivery_status: 'partial', expected_date: '2026-12-01' }
    const moved = { ...partial, expected_date: '2026-12-08' }
    const { run, calls } = setup([partial, partial, moved, { ...order, delivery_status: 'full', expected_date: null }])
    expect(await run()).toMatchObject({ kind: 'done' })
    expect(await run()).toMatchObject({ kind: 'skip', reason: 'unchanged' })
    await run()
    await run()
    expect(calls).toEqual([
      'patch partiallyShipped S00012 2026-12-01',
      'patch partiallyShipped S00012 2026-12-08',
      'patch shipped S00012 null',
    ])
  })

  it('is no error when the shopper cancelled in the middle of it: the cancellation has an event of its own', async () => {
    const { run, told } = setup([order], { status: 'cancelled', externalKey: 'S00012' })
    expect(await run()).toMatchObject({ kind: 'skip', reason: 'superseded' })
    expect(told()).toBeUndefined()
  })

  it('is no error when both sides have come to the same meanwhile', async () => {
    const cancelled: OrderState = { ...order, state: 'cancel' }
    const { run, told } = setup([order, cancelled], { status: 'cancelled', externalKey: 'S00012' })
    expect(await run()).toMatchObject({ kind: 'skip', reason: 'unchanged' })
    expect(told()).toBe('cancelled S00012')
  })

  it('is tried again from where Odoo stands now', async () => {
    const partial: OrderState = { ...order, delivery_status: 'partial' }
    const { run } = setup([order, partial], { status: 'partiallyShipped', externalKey: null })
    expect(await run()).toMatchObject({ kind: 'retry', cause: 'stale_version' })
  })

  it('leaves an order that the storefront has completed', async () => {
    const { run } = setup([{ ...order, delivery_status: 'full' }], { status: 'completed', externalKey: 'S00012' })
    expect(await run()).toMatchObject({ kind: 'skip', reason: 'superseded' })
  })

  it('asks a person where both sides went different ways', async () => {
    const { run } = setup([{ ...order, state: 'cancel' }], { status: 'completed', externalKey: 'S00012' })
    expect(await run()).toMatchObject({
      kind: 'review',
      cause: 'status_conflict',
      facts: { storefront: 'completed', odoo: 'cancelled (cancel, delivery pending)' },
    })
  })

  it('stays a dead letter when something else than the move is refused', async () => {
    const key = correct({
      code: 'storefront_refused',
      target: '/externalKey',
      message: 'Taken. (duplicate)',
      remedy: 'Correct the value.',
    })
    const { run, calls } = setup([order], { status: 'confirmed', externalKey: null }, key)
    expect(await run()).toEqual(key)
    expect(calls).toEqual(['patch processing S00012'])
  })
})
