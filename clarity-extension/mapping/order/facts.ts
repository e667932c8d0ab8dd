import type { Customer, Order } from '../../../shared/entities.ts'
import { amount, sum } from '../../../shared/money.ts'
import type { OrderContext } from './context.ts'
import type { PreparedOrder } from './prepare.ts'
import type { ProductFacts } from './products.ts'

/** What conditions may ask about an order besides its own fields. Nothing of it is written. */
export interface OrderFacts {
  /** Captured or authorised payments cover the total: nothing of it is given on credit. */
  paid: boolean
  /** The registered customer as the storefront has it; a guest's order has none. */
  customer?: Customer
  /** What the customer ordered before, where Odoo was asked. */
  history?: { orders: string; value: string }
}

export type KnownOrder = Omit<PreparedOrder, 'items'> &
  OrderFacts & { items: (PreparedOrder['items'][number] & { product?: ProductFacts })[] }

export function withFacts(order: PreparedOrder, customer: Customer | undefined, context: OrderContext): KnownOrder {
  const { products, history } = context
  return {
    ...order,
    paid: isPaid(order),
    ...(customer && { customer }),
    ...(history !== undefined && {
      history: { orders: String(history?.orders ?? 0), value: history?.value ?? '0' },
    }),
    items: products ? order.items.map((item) => withProduct(item, products.get(item.sku))) : order.items,
  }
}

const withProduct = (item: PreparedOrder['items'][number], product: ProductFacts | undefined) =>
  product ? { ...item, product } : item

function isPaid({ payments, currency, total }: Pick<Order, 'payments' | 'currency' | 'total'>): boolean {
  const given = payments.filter((one) => one.currency === currency && ['captured', 'authorized'].includes(one.state))
  return sum(given.map((one) => amount(one.amount))).gte(total)
}
