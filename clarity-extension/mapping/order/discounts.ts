import type { Order } from '../../../shared/entities.ts'
import { type Amount, allocate, amount, coinOf, currencyDigits, round, sum, ZERO } from '../../../shared/money.ts'
import type { WrittenItem } from './lines.ts'
import { rawTax, type Taxation, taxGroup } from './taxes.ts'

/** A part of a discount on the whole order: all of it, or what falls on the items of one tax. */
export interface DiscountPart {
  /** Which of the order's discounts. */
  index: number
  tax: Taxation
  /** False for what falls on items that somebody else sends. */
  ours: boolean
  /** Taken off, in the terms of item totals. */
  amount: Amount
  /** Tax taken off with it, unrounded. */
  taxAmount: Amount
  /** Money given (a gift card): it says nothing of tax, and the items are taxed in full. */
  money?: boolean
  /** Items that it lowers: each may have been rounded by itself. */
  items: number
}

export interface Discounts {
  parts: DiscountPart[]
  /** The items' own taxes are those after the discounts, which take tax off with them. */
  lowerTaxes: boolean
}

type Items = readonly WrittenItem[]

/**
 * How discounts on the whole order are taxed. One that says so is one part; one with an amount of tax is spread over the items'
 * taxes. Of those that say nothing, some lowered the items' own taxes (a coupon), the others are money given (a gift card):
 * what the items' taxes lack of the full tax tells which.
 */
export function discountsOf(order: Order, items: Items): Discounts {
  const given = order.discounts.map((discount, index) => ({ ...discount, index, stated: statedTax(discount, items) }))
  const open = given.filter(({ stated, taxAmount }) => !stated && amount(taxAmount).isZero())
  const isTaxed = items.some((item) => item.taxed)
  const lowering = loweringTax(order, items, open)
  const parts = given.flatMap((discount): DiscountPart[] => {
    const { index, stated, taxAmount } = discount
    const all = { index, amount: amount(discount.amount), taxAmount: amount(taxAmount) }
    if (stated) return onAll(order, items, { ...all, tax: stated, items: items.length })
    if (lowering.includes(discount)) return lowered(order, items, lowering, index)
    if (open.includes(discount))
      return onAll(order, items, { ...all, tax: untaxed(discount.taxCode), items: 1, money: isTaxed })
    return taxedByAmount(order, items, index, all.amount, all.taxAmount)
  })
  return { parts: parts.filter((part) => !part.amount.isZero()), lowerTaxes: lowering.length > 0 }
}

type Given = Order['discounts'][number]

const untaxed = (taxCode: Given['taxCode']): Taxation => ({ taxCode, taxRate: '0', taxed: false, exempt: false })

/** What lies on the order as a whole: one part, and another for what falls on items that somebody else sends. */
function onAll(order: Order, items: Items, all: Omit<DiscountPart, 'ours'>): DiscountPart[] {
  const away = sum(order.items.flatMap(({ total }, index) => (items[index]?.ours ? [] : amount(total))))
  if (away.isZero()) return [{ ...all, ours: true }]
  const here = sum(order.items.map(({ total }) => amount(total))).minus(away)
  const [mine = ZERO, rest = ZERO] = allocate(all.amount, [here, away], currencyDigits(order.currency))
  const taxAmount = all.amount.isZero() ? ZERO : all.taxAmount.times(mine).div(all.amount)
  return [
    { ...all, ours: true, amount: mine, taxAmount },
    { ...all, ours: false, amount: rest, taxAmount: all.taxAmount.minus(taxAmount) },
  ]
}

function statedTax({ taxCode, taxRate }: Given, items: Items): Taxation | undefined {
  if (taxRate) return { taxCode, taxRate: amount(taxRate).toFixed(), taxed: !amount(taxRate).isZero(), exempt: false }
  return taxCode ? items.find((item) => item.taxCode === taxCode) : undefined
}

/** The tax that an item would carry without any discount on the whole order, rounded where the storefront rounds its lines. */
export function fullTax(order: Order, items: Items, index: number): Amount {
  const [item, given] = [items[index], order.items[index]]
  if (!item?.taxed || !given) return ZERO
  const digits = currencyDigits(order.currency)
  const full = rawTax(amount(given.total), item.taxRate, order)
  return amount(given.taxAmount).decimalPlaces() <= digits ? round(full, digits) : full
}

const lack = (order: Order, items: Items, index: number): Amount =>
  fullTax(order, items, index).minus(order.items[index]?.taxAmount ?? 0)

/** More discounts than this on one order either all lower its taxes or none does: trying all choices would be endless. */
const MOST_CHOICES = 5

/** Of the discounts that say nothing of their tax, those whose tax is nearest to what the items' taxes lack. */
function loweringTax<Discount extends Given>(order: Order, items: Items, open: Discount[]): Discount[] {
  if (open.length === 0) return []
  const lacks = items.map((_, index) => lack(order, items, index))
  const coin = coinOf(currencyDigits(order.currency))
  const missing = sum(lacks)
  const all = sum(order.items.map(({ total }) => amount(total)))
  const average = all.isZero() ? ZERO : sum(items.map((_, index) => fullTax(order, items, index))).div(all)
  const choices = open.length > MOST_CHOICES ? [[], open] : choicesOf(open)
  const possible = lacks.some((one) => one.abs().gte(coin)) ? choices.filter((some) => some.length > 0) : choices
  const distance = (some: Discount[]) =>
    sum(some.map((one) => amount(one.amount)))
      .times(average)
      .minus(missing)
      .abs()
  return possible.reduce((best, some) => (distance(some).lt(distance(best)) ? some : best), possible[0] ?? [])
}

/** Every choice out of a few, smaller ones first. */
function choicesOf<T>(of: T[]): T[][] {
  let all: T[][] = [[]]
  for (const one of of) all = all.concat(all.map((some) => some.concat([one])))
  return all.sort((a, b) => a.length - b.length)
}

interface Group {
  tax: Taxation
  ours: boolean
  total: Amount
  indices: number[]
}

/** Items that are taxed alike and sent by the same side. */
function groupsOf(order: Order, items: Items): Group[] {
  const keyOf = (index: number) => `${items[index] ? taxGroup(items[index]) : ''} ${items[index]?.ours}`
  return [...Map.groupBy(items.keys(), keyOf).values()].flatMap((indices) => {
    const first = items[indices[0] ?? 0]
    const total = sum(indices.map((index) => amount(order.items[index]?.total ?? 0)))
    return first ? { tax: first, ours: first.ours, total, indices } : []
  })
}

function spread(order: Order, of: Amount, groups: Group[]): Amount[] {
  return allocate(
    of,
    groups.map(({ total }) => total),
    currencyDigits(order.currency),
  )
}

const partsOf = (index: number, groups: Group[], amounts: Amount[], taxes: Amount[]): DiscountPart[] =>
  groups.map(({ tax, ours, indices }, at) => ({
    index,
    tax,
    ours,
    amount: amounts[at] ?? ZERO,
    taxAmount: taxes[at] ?? ZERO,
    items: indices.length,
  }))

/** It says how much tax goes with it: each tax takes its part. */
function taxedByAmount(order: Order, items: Items, index: number, of: Amount, taxAmount: Amount): DiscountPart[] {
  const groups = groupsOf(order, items)
  const amounts = spread(order, of, groups)
  const weights = groups.map(({ tax }, at) => (tax.taxed ? rawTax(amounts[at] ?? ZERO, tax.taxRate, order) : ZERO))
  const all = sum(weights)
  const taxes = weights.map((weight, at) =>
    all.isZero() ? (at === 0 ? taxAmount : ZERO) : taxAmount.times(weight).div(all),
  )
  return partsOf(index, groups, amounts, taxes)
}

/** It lowered the items' own taxes: what each group lacks goes with its part. */
function lowered(order: Order, items: Items, lowering: Given[], index: number): DiscountPart[] {
  const groups = groupsOf(order, items)
  const lacks = groups.map(({ indices }) => sum(indices.map((at) => lack(order, items, at))))
  const own = amount(order.discounts[index]?.amount ?? 0)
  const all = sum(lowering.map((one) => amount(one.amount)))
  const ofOwn = lacks.map((one) => (all.isZero() ? ZERO : one.times(own).div(all)))
  const even = spread(order, own, groups)
  const amounts = fits(order, groups, even, ofOwn) ? even : (fromTaxes(order, groups, own, ofOwn) ?? even)
  return partsOf(index, groups, amounts, ofOwn)
}

function fits(order: Order, groups: Group[], amounts: Amount[], taxes: Amount[]): boolean {
  const coin = coinOf(currencyDigits(order.currency))
  return groups.every(({ tax, indices }, at) => {
    const expected = tax.taxed ? rawTax(amounts[at] ?? ZERO, tax.taxRate, order) : ZERO
    return expected
      .minus(taxes[at] ?? ZERO)
      .abs()
      .lte(coin.times(indices.length))
  })
}

/** A coupon for some of the items only: how much tax each group lacks tells how much of it fell there. */
function fromTaxes(order: Order, groups: Group[], of: Amount, taxes: Amount[]): Amount[] | undefined {
  const digits = currencyDigits(order.currency)
  const amounts = groups.map(({ tax }, at) => {
    if (!tax.taxed) return undefined
    const rate = amount(tax.taxRate)
    const base = (taxes[at] ?? ZERO).times(order.pricesIncludeTax ? rate.plus(100) : 100).div(rate)
    return round(base, digits)
  })
  const left = of.minus(sum(amounts.flatMap((one) => one ?? [])))
  const free = groups.filter((_, at) => amounts[at] === undefined)
  const takers = free.length > 0 ? free : groups.filter((_, at) => !amounts[at]?.isZero())
  const more = spread(order, left, takers)
  const result = groups.map((group, at) => (amounts[at] ?? ZERO).plus(more[takers.indexOf(group)] ?? ZERO))
  return result.some((one) => one.isNegative()) || (free.length === 0 && !fits(order, groups, result, taxes))
    ? undefined
    : result
}
