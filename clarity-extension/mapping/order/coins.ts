import { type Amount, amount, coinOf, round, sum } from '../../../shared/money.ts'

/**
 * Every part in whole coins, so that they add up to `whole`: each is rounded, and what is then missing or too much is taken
 * coin by coin where rounding was furthest off. A part that is zero stays so.
 * @param digits of the smallest coin
 */
export function inCoins(parts: readonly Amount[], whole: Amount, digits: number): Amount[] {
  const coins = parts.map((part) => round(part, digits))
  const coin = coinOf(digits)
  const missing = round(whole.minus(sum(coins)).div(coin), 0)
  if (missing.isZero()) return coins
  const step = missing.isNegative() ? coin.neg() : coin
  const furthest = parts
    .map((part, index) => ({ index, off: part.minus(coins[index] ?? 0).times(missing.isNegative() ? -1 : 1), part }))
    .filter(({ part }) => !part.isZero())
    .sort((a, b) => b.off.comparedTo(a.off) || a.index - b.index)
  for (let given = 0; furthest.length > 0 && missing.abs().gt(given); given++) {
    const index = furthest[given % furthest.length]?.index ?? 0
    coins[index] = coins[index]?.plus(step) ?? step
  }
  return coins
}

/** As inCoins, in groups: the groups add up to `whole` and each group's parts to the group. */
export function inCoinsByGroup(
  parts: readonly { group: string; amount: Amount }[],
  whole: Amount,
  digits: number,
): Amount[] {
  if (parts.every((part) => part.amount.decimalPlaces() <= digits) && sum(parts.map((part) => part.amount)).eq(whole)) {
    return parts.map((part) => part.amount)
  }
  const indices = [...Map.groupBy(parts.keys(), (index) => parts[index]?.group ?? '').values()]
  const amountsOf = (group: number[]) => group.map((index) => parts[index]?.amount ?? amount(0))
  const totals = inCoins(
    indices.map((group) => sum(amountsOf(group))),
    whole,
    digits,
  )
  const coins: Amount[] = []
  indices.forEach((group, at) => {
    const own = inCoins(amountsOf(group), totals[at] ?? amount(0), digits)
    group.forEach((index, position) => {
      coins[index] = own[position] ?? amount(0)
    })
  })
  return coins
}
