/**
 * The values of an `in (…)` list, filled up to the next power of two by repeating the last: lists of every length are then a
 * dozen statements, which stay prepared, and not a hundred.
 */
export function padded<T>(values: readonly T[]): T[] {
  const last = values.at(-1)
  if (last === undefined) return []
  const size = 2 ** Math.ceil(Math.log2(values.length))
  return [...values, ...Array<T>(size - values.length).fill(last)]
}
