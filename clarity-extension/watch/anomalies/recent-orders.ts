/** An order as far as another one may be the same again. */
export interface RecentOrder {
  id: string
  /** When it was placed, unix milliseconds. */
  at: number
  /** Who ordered what, as a hash: two that have it in common are the same again. */
  same: string
}

/** The orders of the last minutes, by who ordered what: adding and asking take as long however many there are, some 250 bytes each. */
export interface RecentOrders {
  readonly count: number
  /** Once per order, however often it is added. */
  add(order: RecentOrder): void
  /** Those with the same hash, in the order in which they were added. */
  like(order: Pick<RecentOrder, 'same'>): readonly RecentOrder[]
}

/** Beside old orders that come the newest first none is old: they are not kept without end. */
const MOST = 10_000

/** @param withinMs how much older than the newest an order may be to be asked for */
export function recentOrders(withinMs: number, most = MOST): RecentOrders {
  /** What was added to last comes last. */
  const bySame = new Map<string, RecentOrder[]>()
  let count = 0

  function put(same: string, orders: RecentOrder[]): void {
    count += orders.length - (bySame.get(same)?.length ?? 0)
    bySame.delete(same)
    if (orders.length > 0) bySame.set(same, orders)
  }

  return {
    get count() {
      return count
    },
    add(order) {
      const isYoung = ({ at }: RecentOrder) => order.at - at <= withinMs
      const others = (bySame.get(order.same) ?? []).filter((one) => one.id !== order.id && isYoung(one))
      // Not by spreading, which would leave each list of one with room for sixteen more.
      put(order.same, others.slice(1 - most).concat(order))
      for (const [oldest, orders] of bySame) {
        if (oldest === order.same || (count <= most && orders.some(isYoung))) break
        put(oldest, [])
      }
    },
    like: ({ same }) => bySame.get(same) ?? [],
  }
}
