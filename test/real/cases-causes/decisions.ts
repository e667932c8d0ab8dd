import { expect } from 'vitest'
import type { Order } from '../../../shared/entities.ts'
import type { Chain, Chains } from '../../support/cause-chain.ts'
import type { Checkout } from '../../support/shop.ts'
import { until } from '../../support/until.ts'
import { cancelledLate, creditAndCancel, takeBack } from './cancelled.ts'
import { refundedEarly, returnedEarly } from './returns.ts'
import {
  confirmed,
  invoiced,
  laneOf,
  newOrder,
  place,
  rightOf,
  saleOrders,
  ship,
  stage,
  tell,
  told,
  unpaid,
  write,
} from './standing.ts'

/** What a person is asked: of orders that Odoo has, and of customers that it knows. */
interface Known {
  warned: Order
  onHold: Order
  limited: Order
  twice: Order
  locked: Order
  deleted: Order
  sent: Order
  billed: Order
  unsent: Order
  partly: Order
}
export async function knownOrders(): Promise<Known> {
  const two = { items: ['TEE-RED-M', 'MUG-BLU'].map((sku) => ({ sku, quantity: '1' })) }
  const known = {
    warned: await place(),
    onHold: await place(),
    limited: await place(),
    twice: await place({ purchaseOrderNumber: 'PO-4711' }),
    locked: await place(),
    deleted: await place(),
    sent: await place(),
    billed: await place(),
    unsent: await place(),
    partly: await place(two),
  }
  await Promise.all(Object.values(known).map((order) => tell(order)))
  for (const order of Object.values(known)) await confirmed(order)
  for (const order of Object.values(known)) await told(order)
  return known
}

export function decisionChains(known: Known): Chains {
  const again = ({ contact }: Order, more: Partial<Checkout> = {}) => ({
    ...(contact && { contact: { name: contact.name, email: contact.email } }),
    ...more,
  })
  const partner = async (order: Order) => (await confirmed(order)).partner
  const ofCustomer = (order: Order, vals: object) => async () => write('res.partner', await partner(order), vals)
  return {
    customer_warning: newOrder(
      {
        placed: () => again(known.warned),
        says: /says: Pays late/,
        repair: ofCustomer(known.warned, { sale_warn_msg: false }),
        end: 'replay',
      },
      ofCustomer(known.warned, { sale_warn_msg: 'Pays late' }),
    ),
    customer_on_hold: newOrder(
      {
        placed: () => again(known.onHold),
        order: unpaid,
        says: /is on hold in Odoo/,
        repair: async () => {},
        end: 'approve',
      },
      ofCustomer(known.onHold, { clarity_on_hold: true }),
    ),
    credit_limit: newOrder(
      {
        ...{ placed: () => again(known.limited), order: unpaid, says: /the credit limit is 1\.00/ },
        repair: ofCustomer(known.limited, { credit_limit: 100_000 }),
        end: 'replay',
      },
      async () => {
        await write('res.company', 1, { account_use_credit_limit: true })
        await ofCustomer(known.limited, { credit_limit: 1 })()
      },
    ),
    duplicate_reference: newOrder({
      placed: () => again(known.twice, { purchaseOrderNumber: 'PO-4711' }),
      says: /has used the reference PO-4711 on S\d+ already/,
      repair: async () => {},
      end: 'approve',
    }),
    not_editable: edited(known.locked),
    deleted: deletedHere(known.deleted),
    already_delivered: cancelledLate(known.sent, /was delivered already/, () => ship(known.sent), takeBack(known.sent)),
    already_invoiced: cancelledLate(
      known.billed,
      /was invoiced already/,
      () => invoiced(known.billed),
      creditAndCancel(known.billed),
    ),
    not_delivered: returnedEarly(known.unsent),
    not_invoiced: refundedEarly(known.partly),
  }
}

/** Edited in the storefront while a person has it locked in Odoo. */
function edited(order: Order): Chain {
  return {
    async fault() {
      await stage.admin('sale.order', 'action_lock', { ids: [(await confirmed(order)).id] })
      const items = order.items.map(({ lineId, sku }) => ({ lineId, sku, quantity: '2' }))
      await stage.shop.control('PATCH', `/orders/${order.id}`, { items })
      await tell(await stage.shop.order(order.id), 'order.updated')
      return laneOf(order)
    },
    says: /is locked in Odoo\. Unlock it there/,
    held: () => rightOf(order),
    repair: async () => stage.admin('sale.order', 'action_unlock', { ids: [(await confirmed(order)).id] }),
    end: 'replay',
    right: async () => rightOf(await stage.shop.order(order.id)),
  }
}

/** Cancelled and deleted in Odoo, and then written a note on in the storefront. */
function deletedHere(order: Order): Chain {
  return {
    async fault() {
      const ids = [(await confirmed(order)).id]
      await stage.admin('sale.order', 'action_cancel', { ids })
      // Odoo deletes nothing that is not cancelled, and tells of that.
      await until(
        'the cancellation in the storefront',
        async () => (await stage.shop.order(order.id)).status === 'cancelled',
      )
      await stage.admin('sale.order', 'unlink', { ids })
      await stage.shop.control('PATCH', `/orders/${order.id}`, { note: 'Ring twice' })
      await tell(await stage.shop.order(order.id), 'order.updated')
      return laneOf(order)
    },
    says: /was deleted in Odoo\. Remove its link/,
    held: async () => expect(await saleOrders(order)).toEqual([]),
    async repair() {
      const domain = [
        ['kind', '=', 'order'],
        ['clarity_ref', '=', order.id],
      ]
      const ids = await stage.admin<number[]>('clarity.link', 'search', { domain })
      await stage.admin('clarity.link', 'unlink', { ids })
    },
    end: 'replay',
    right: async () => expect(await saleOrders(order)).toMatchObject([{ state: 'cancel' }]),
  }
}
