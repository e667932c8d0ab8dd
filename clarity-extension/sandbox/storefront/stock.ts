import { z } from 'zod'
import { inventoryLevel } from '../../../shared/entities.ts'
import { type Amount, amount, ZERO } from '../../../shared/money.ts'
import { type FieldError, pointer } from './problem.ts'
import type { Shop } from './shop.ts'

export type RowResult =
  | { index: number; sku: string; locationKey: string; status: 'ok' | 'stale'; quantity: string; asOf: string }
  | {
      index: number
      sku?: string
      locationKey?: string
      status: 'rejected'
      code: string
      message: string
      field?: string
    }

export const levelId = (sku: string, locationKey: string): string => `${sku}@${locationKey}`

/** One row of a bulk: taken, stale, or rejected with its reason. Never throws for what the row says. */
export function putRow(shop: Shop, row: unknown, index: number): RowResult {
  const parsed = inventoryLevel.safeParse(row)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const field = issue ? pointer(issue.path) : ''
    const named = rowName.safeParse(row).data ?? {}
    return { index, ...named, status: 'rejected', code: 'invalid_value', field, message: issue?.message ?? 'Not a row' }
  }
  const { sku, locationKey, quantity } = parsed.data
  const reject = (code: string, field: string, message: string): RowResult => ({
    index,
    sku,
    locationKey,
    status: 'rejected',
    code,
    field,
    message,
  })
  if (!shop.locations.byKey(locationKey))
    return reject('unknown_location', '/locationKey', `There is no ${locationKey}.`)
  if (!shop.products.anyUnder(sku)) {
    return reject('unknown_sku', '/sku', `The shop does not sell ${sku}.`)
  }
  const asOf = new Date(parsed.data.asOf).toISOString()
  const before = shop.inventory.get(levelId(sku, locationKey))
  if (before && asOf < before.record.asOf) {
    const { quantity: stored, asOf: storedAsOf } = before.record
    return { index, sku, locationKey, status: 'stale', quantity: stored, asOf: storedAsOf }
  }
  setLevel(shop, sku, locationKey, quantity, asOf)
  return { index, sku, locationKey, status: 'ok', quantity, asOf }
}

/**
 * Takes an order's goods from the shop's own levels and moves their asOf to now, so that a number read before this sale is
 * stale. A line comes from the first location that has all of it, else from several; what nobody has is owed by the first.
 * @returns the items that are not in stock, by their place in `items`; nothing is taken then
 */
export function takeStock(
  shop: Shop,
  orderId: string,
  items: readonly { sku: string; quantity: string }[],
  evenIfMissing: (sku: string) => boolean,
): FieldError[] {
  const errors: FieldError[] = []
  const already = shop.taken.by(orderId)
  const asOf = new Date(shop.clock()).toISOString()
  items.forEach(({ sku, quantity }, index) => {
    const plan = planFor(shop, sku, amount(quantity), evenIfMissing)
    if (!plan) {
      const message = `There are not ${quantity} of ${sku} in stock.`
      errors.push({ field: `/items/${index}/quantity`, code: 'insufficient_stock', message })
      return
    }
    for (const { level, take } of plan) {
      setLevel(shop, level.sku, level.locationKey, amount(level.quantity).minus(take).toFixed(), asOf)
      const total = (already.get(level.id) ?? ZERO).plus(take)
      already.set(level.id, total)
      shop.taken.set(orderId, level.id, total)
    }
  })
  return errors
}

/** Puts back what the order had taken. */
export function putBackStock(shop: Shop, orderId: string): void {
  const asOf = new Date(shop.clock()).toISOString()
  for (const [id, quantity] of shop.taken.by(orderId)) {
    const level = shop.inventory.get(id)?.record
    if (level) setLevel(shop, level.sku, level.locationKey, amount(level.quantity).plus(quantity).toFixed(), asOf)
  }
  shop.taken.forget(orderId)
}

/** What may be sold now, over all active locations. */
export function available(shop: Shop, sku: string): Amount {
  return levelsOf(shop, sku).reduce((total, level) => total.plus(level.quantity), ZERO)
}

const rowName = z.object({
  sku: z.string().optional().catch(undefined),
  locationKey: z.string().optional().catch(undefined),
})

type Level = NonNullable<ReturnType<Shop['inventory']['get']>>['record']

/** Stores the number and tells of it if it differs; a mere later asOf is stored in silence. */
function setLevel(shop: Shop, sku: string, locationKey: string, quantity: string, asOf: string): void {
  const id = levelId(sku, locationKey)
  const before = shop.inventory.get(id)
  if (!before) {
    const added = shop.inventory.insert({ ...inventoryLevel.parse({ sku, locationKey, quantity, asOf }), id }, sku)
    shop.events.emit('inventory.updated', added.record)
    return
  }
  const after = shop.inventory.save(before, { ...before.record, quantity, asOf })
  if (!amount(before.record.quantity).eq(quantity)) shop.events.emit('inventory.updated', after.record)
}

/** Levels at open locations, the shop's first location first: ids sort by time. */
function levelsOf(shop: Shop, sku: string): Level[] {
  const open = shop.inventory.under(sku).flatMap((level) => {
    const location = shop.locations.byKey(level.locationKey)?.record
    return location?.active ? [{ level, place: location.id }] : []
  })
  return open.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ level }) => level)
}

function planFor(shop: Shop, sku: string, wanted: Amount, evenIfMissing: (sku: string) => boolean) {
  const levels = levelsOf(shop, sku)
  const enough = levels.find(({ quantity }) => amount(quantity).gte(wanted))
  if (enough) return [{ level: enough, take: wanted }]
  const plan: { level: Level; take: Amount }[] = []
  let left = wanted
  for (const level of levels) {
    const here = amount(level.quantity)
    const take = here.lt(left) ? here : left
    if (take.lte(0)) continue
    plan.push({ level, take })
    left = left.minus(take)
  }
  if (left.isZero()) return plan
  if (!evenIfMissing(sku)) return undefined
  const [first] = levels
  if (!first) return []
  const own = plan.find(({ level }) => level.id === first.id)
  if (own) own.take = own.take.plus(left)
  else plan.push({ level: first, take: left })
  return plan
}
