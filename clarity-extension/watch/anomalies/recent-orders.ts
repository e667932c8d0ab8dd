/** An order as far as another one may be the same again. */
export interface RecentOrder {
  id: string
  /** When it was placed, unix milliseconds. */
  at: number
  person: string
  basket: string
}

/** The orders of the last minutes, by who ordered what: adding and asking take as long however many there are. */
export interface RecentOrders {
  readonly count: number
  /** Once per order, however often it is added. */
  add(order: RecentOrder): void
  /** Orders of the same person for the same things, in the order in which they were added. */
  like(order: RecentOrder): readonly RecentOrder[]
}

/** A first load brings orders of years, in any order: what is not old beside them is not kept without end. */
const MOST = 10_000

/** @param withinMs how much older than the newest an order may be to be asked for */
export function recentOrders(withinMs: number, most = MOST): RecentOrders {
  /** What was added to last comes last. */
  const byBasket = new Map<string, RecentOrder[]>()
  let count = 0

  const keyOf = ({ person, basket }: RecentOrder) => `${person} ${basket}`

  function put(key: string, orders: RecentOrder[]): void {
    count += orders.length - (byBasket.get(key)?.length ?? 0)
    byBasket.delete(key)
    if (orders.length > 0) byBasket.set(key, orders)
  }

  return {
    get count() {
      return count
    },
    add(order) {
      const isYoung = ({ at }: RecentOrder) => order.at - at <= withinMs
      const key = keyOf(order)
      const others = (byBasket.get(key) ?? []).filter(({ id }) => id !== order.id)
      put(key, [...others.filter(isYoung).slice(1 - most), order])
      for (const [oldest, orders] of byBasket) {
        if (oldest === key || (count <= most && orders.some(isYoung))) break
        put(oldest, [])
      }
    },
    like: (order) => byBasket.get(keyOf(order)) ?? [],
  }
}
