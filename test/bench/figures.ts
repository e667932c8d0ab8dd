export function median(values: number[]): number {
  return percentile(values, 50)
}

/** Of rounds the first of which was everybody's warm-up. */
export const steady = (rounds: readonly number[]): number => median(rounds.slice(1))

/** Of rounds that stood side by side, so that a slow moment of the machine counts for both. */
export const ratio = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.map((value, round) => value / (theirs[round] ?? value)))

/** Standard error of a median, from how far the values lie from it (1.253 x 1.483 x median deviation / sqrt n, as for a normal distribution). */
export function errorOfMedian(values: number[]): number {
  const middle = median(values)
  return (1.86 * median(values.map((value) => Math.abs(value - middle)))) / Math.sqrt(values.length)
}

/** Nearest rank. @param p 0 to 100 */
export function percentile(values: number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN
}

export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** Runs `work` over all items, so many at a time. */
export async function inParallel<Item>(
  items: Item[],
  many: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  await Promise.all(
    Array.from({ length: many }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
    }),
  )
}
