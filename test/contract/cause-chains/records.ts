import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { createSeal } from '../../../clarity-extension/privacy/seal.ts'
import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Chains } from '../../support/cause-chain.ts'
import { conflict, proposal } from './both-sides.ts'
import { quiet, through, waitingOn } from './events.ts'
import { MAPPING, ours } from './own-rules.ts'
import { correct, inOdoo, later, one, panel, rightOf, shop, stage, tell } from './standing.ts'

/** What a record or a rule of ours says. */
export function recordChains(): Chains {
  const shapeless = one(none)
  const unreadable = one()
  const long = one(undefined, { purchaseOrderNumber: 'too_long', note: 'a note of many letters' })
  const bad = one(undefined, { note: 'bad_rule' })
  const nobody = one(none)
  const oddTax = one(withOddTax)
  const wrongSums = one((order) => ({ ...order, total: '1.00' }))
  const ruled = one(undefined, { note: 'rule' })
  const few = one(undefined, { items: [{ sku: 'MUG-BLU', quantity: '2' }] })
  const twice = one(undefined, { contact: { name: 'Tess Twice', email: 'tess@twice.example' } })
  const odd = one()

  return {
    unreadable_body: {
      ...unreadable,
      async fault() {
        await unreadable.fault()
        expect(await stage.sendBody(Buffer.from('{"type":"order.updated","data":{}}'))).toBe(202)
        return 'unreadable:clarity'
      },
      held() {},
      says: /timestamp/,
      repair: correct(
        () => ({ ...unreadable.made(), updatedAt: later(unreadable.made()), note: 'as it was meant' }),
        'order.updated',
      ),
      end: 'itself',
    },
    invalid_shape: {
      ...shapeless,
      async fault() {
        const lane = await shapeless.fault()
        const { id } = await waitingOn(lane)
        // As an earlier version of the bridge had taken it in, under a contract that said less.
        const body = { type: 'order.created', timestamp: new Date().toISOString(), data: { id: shapeless.made().id } }
        const store = new Database(join(stage.dataDir, 'bridge.db'))
        const sealed = createSeal([shop.env.SECRET_KEY]).bytes(Buffer.from(JSON.stringify(body)))
        store.prepare('update events set payload = ? where id = ?').run(Buffer.from(sealed), id)
        store.close()
        await panel('POST', `/events/${id}/replay`)
        return lane
      },
      says: /expected string/,
      repair: correct(shapeless.made),
      end: 'itself',
    },
    too_long: {
      ...long,
      says: /has 22 characters and may have 10/,
      remedy: 'Shorten it and replay.',
      repair: correct(() => ({ ...long.made(), note: 'short' })),
      end: 'itself',
      async right() {
        await rightOf(long.made())
        expect(inOdoo(long.made(), { client_order_ref: 'short' })).toBe(1)
      },
    },
    bad_rule: {
      ...bad,
      says: /no conversion called “formerly”/,
      remedy: 'Correct the rule.',
      repair: () => panel('POST', `${MAPPING}/rollback`, { to: ours, note: 'without it' }),
      end: 'replay',
    },
    no_customer: {
      ...nobody,
      says: /names neither a customer nor a guest/,
      remedy: 'Add the contact to the order in the storefront, or write it here, and replay.',
      repair: correct(nobody.made),
      end: 'itself',
    },
    no_tax_rule: {
      ...oddTax,
      says: /Shipping “Standard” carries tax of/,
      remedy: 'Let the storefront send the tax rate of shipping, or write it here, and replay.',
      repair: correct(oddTax.made),
      end: 'itself',
    },
    totals_inconsistent: {
      ...wrongSums,
      says: /figures of the order do not add up/,
      // The storefront tells of its correction, which needs no replay.
      repair: () => tell({ ...wrongSums.made(), updatedAt: later(wrongSums.made()) }, 'order.updated'),
      end: 'itself',
    },
    rule: { ...ruled, says: /^Somebody looks at these first\.$/, repair: async () => {}, end: 'approve' },
    minimum_quantity: {
      ...few,
      async fault() {
        await panel('PUT', '/lookups/minimum_quantity/entry', { key: 'MUG-BLU', result: '5' })
        return few.fault()
      },
      says: /^2 of MUG-BLU are ordered; the minimum is 5\.$/,
      repair: () => panel('PUT', '/lookups/minimum_quantity/entry', { key: 'MUG-BLU', result: '2' }),
      end: 'replay',
    },
    anomaly: {
      ...twice,
      async fault() {
        await panel('PATCH', '/anomaly-rules/duplicate', { action: 'hold' })
        await twice.fault()
        await through(twice.made())
        return twice.fault()
      },
      says: /The same person ordered the same goods/,
      repair: async () => {},
      end: 'approve',
    },
    review: {
      ...odd,
      async fault() {
        const { odoo } = stage.fronts ?? {}
        if (!odoo) throw new Error('a stage with fronts')
        await quiet()
        const lane = await odd.fault(({ id: order, payments }) => {
          const ids = [`order:${order}`, ...payments.map(({ id }) => `payment:${order}/${id}`)]
          const results = ids.map((id) => ({ id, status: 'review', message: 'An app of ours says no.' }))
          odoo.answer = (path) =>
            path === '/json/2/clarity.bridge/apply' ? { status: 200, body: { results } } : undefined
        })
        await waitingOn(lane)
        odoo.answer = () => undefined
        return lane
      },
      says: /^An app of ours says no\.$/,
      repair: async () => {},
      end: 'replay',
    },
    proposed_change: proposal(),
    status_conflict: conflict(),
  }
}

export const none = (order: Order) => ({ ...order, contact: null, customerId: null })
const cent = (text: string, more: string) => amount(text).plus(more).toFixed(2)
/** Tax of shipping that no rate of the order gives. */
const withOddTax = (order: Order) => ({
  ...order,
  shippingLines: order.shippingLines.map(({ taxRate: _, ...line }) => ({
    ...line,
    taxAmount: cent(line.taxAmount, '1.11'),
  })),
  taxTotal: cent(order.taxTotal, '1.11'),
  total: cent(order.total, '1.11'),
})
