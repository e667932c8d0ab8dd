import munkres from 'munkres'

/**
 * The assignment of rows to columns with the greatest sum of scores; every row gets at most one column and every column at most
 * one row. @returns the column of each row, undefined where nothing scores above 0
 */
export function bestAssignment(scores: readonly (readonly number[])[]): (number | undefined)[] {
  const columns = scores[0]?.length ?? 0
  const result: (number | undefined)[] = scores.map(() => undefined)
  if (columns === 0) return result
  // A column of its own for every row, so that a row may stay without: munkres fills the shorter side completely.
  const costs = scores.map((row) => [...row.map((score) => 1 - score), ...scores.map(() => 1)])
  for (const [row, column] of munkres(costs)) {
    if (column < columns && (scores[row]?.[column] ?? 0) > 0) result[row] = column
  }
  return result
}
