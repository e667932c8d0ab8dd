import { describe, expect, it } from 'vitest'
import { batches } from './odoo-bridge/batches.ts'
import { benchOf, STORE } from './odoo-bridge/bench.ts'
import { connection } from './odoo-bridge/connection.ts'
import { deliveries } from './odoo-bridge/deliveries.ts'
import { moneyAndGoods } from './odoo-bridge/money-and-goods.ts'
import { orderChanges } from './odoo-bridge/order-changes.ts'
import { orders } from './odoo-bridge/orders.ts'
import { outbox } from './odoo-bridge/outbox.ts'
import { reading } from './odoo-bridge/reading.ts'
import { references } from './odoo-bridge/references.ts'
import { stock } from './odoo-bridge/stock.ts'
import { order } from './odoo-operations.ts'
import { realOdoo, standIn } from './odoo-party.ts'

/**
 * The addon's contract, kept by the real addon in a real Odoo 19 and by the stand-in alike. Its cases stand in `odoo-bridge/`, and share
 * one database, which they leave to each other in this order.
 */
describe.each([
  ['the stand-in', standIn],
  ['a real Odoo 19', realOdoo],
])('clarity.bridge in %s', (_name, open) => {
  const on = benchOf(open)
  connection(on)
  orders(on)
  orderChanges(on)
  moneyAndGoods(on)
  references(on)
  batches(on)
  deliveries(on)
  stock(on)
  outbox(on)
  reading(on)

  it('refuses more than it takes at once, and an argument it does not know', async () => {
    const many = Array.from({ length: 201 }, (_, index) => order({ ref: `many-${index}`, lines: [] }))
    expect(await on.client.apply(STORE, many)).toMatchObject({ outcome: { kind: 'correct' } })
    const call = on.client.call('clarity.bridge', 'pull', { limit: 5, colour: 'red' })
    expect(await call).toMatchObject({ outcome: { kind: 'correct', problems: [{ code: 'bad_request' }] } })
    expect(await on.client.call('clarity.bridge', 'no_such_method')).toMatchObject({
      outcome: { kind: 'refused', cause: 'module_outdated' },
    })
  })
})
