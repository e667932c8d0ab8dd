import type { Order } from '../../../shared/entities.ts'
import { type Amount, amount } from '../../../shared/money.ts'
import type { DiscountPart } from './discounts.ts'
import type { WrittenItem } from './lines.ts'
import type { Taxation } from './taxes.ts'

/** A line that belongs to no product: a discount, or the rest of an item's total. */
export interface Adjustment {
  kind: 'discount' | 'giftCard' | 'rounding'
  ref: string
  name: string
  /** Decimal text; a discount is negative. */
  amount: string
  taxCode?: string | null | undefined
  written: Taxation
  /** Pointer of what it comes from. */
  source: string
}

/** The rest of an item's total beside its own line; a discount on an item belongs to it however its tax is rounded. */
export function restOfItem(order: Order, written: WrittenItem, index: number): Adjustment | undefined {
  const item = order.items[index]
  if (!item || amount(written.rest).isZero()) return undefined
  const discounted = !amount(item.discount).isZero()
  const kind = discounted ? 'discount' : 'rounding'
  return {
    kind,
    ref: `${item.lineId}:${kind}`,
    name: `${discounted ? 'Discount' : 'Rounding'}: ${item.name}`,
    amount: written.rest,
    taxCode: written.taxCode,
    written,
    source: `/items/${index}/${discounted ? 'discount' : 'total'}`,
  }
}

/** @param parts of all discounts: one that stands alone needs no tax in its name */
export function discountLine(order: Order, part: DiscountPart, parts: readonly DiscountPart[]): Adjustment {
  const discount = order.discounts[part.index]
  const alone = parts.filter(({ index }) => index === part.index).length === 1
  const { taxCode, taxRate, exempt } = part.tax
  const tax = [taxCode, taxRate, exempt && 'exempt'].filter(Boolean).join('-')
  return {
    kind: part.money ? 'giftCard' : 'discount',
    ref: `discount:${part.index + 1}${alone ? '' : `:${tax}`}`,
    name: discount?.code ? `${discount.name} (${discount.code})` : (discount?.name ?? ''),
    amount: negative(part.amount),
    taxCode,
    written: part.tax,
    source: `/discounts/${part.index}`,
  }
}

const negative = (of: Amount): string => of.neg().toFixed()
