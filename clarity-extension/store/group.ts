/** More than this in one transaction would hold up the next turn. */
const LARGEST = 512

export interface Group<T, R> {
  /** Joins the next run. Resolves with this item's result after the commit, rejects when it could not be committed. */
  add(item: T): Promise<R>
  /** Resolves when everything added so far has been run. */
  flush(): Promise<void>
}

interface Waiting<T, R> {
  item: T
  resolve(result: R): void
  reject(error: unknown): void
}

/**
 * Group commit: what one event-loop turn adds, and what arrives while commits are under way, is one call of `run`, hence one
 * transaction and one write to the disk. If a group fails, each of its items is tried alone: a bad one fails alone.
 * @param run gives one result per item, in the same order
 * @param inFlight groups at a time; with two the store has its next group before the answer to the last has been read
 */
export function group<T, R>(run: (items: T[]) => Promise<R[]>, inFlight = 1): Group<T, R> {
  const waiting: Waiting<T, R>[] = []
  const running = new Set<Promise<void>>()
  let turn: Promise<void> | undefined

  const begin = () => {
    while (waiting.length > 0 && running.size < inFlight) {
      const batch = runBatch(run, waiting.splice(0, LARGEST)).finally(() => {
        running.delete(batch)
        begin()
      })
      running.add(batch)
    }
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        turn ??= endOfTurn().then(() => {
          turn = undefined
          begin()
        })
      })
    },
    async flush() {
      while (turn || running.size > 0) await Promise.all([turn, ...running])
    },
  }
}

/** After the requests that were ready to be read in this turn. */
export const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function runBatch<T, R>(run: (items: T[]) => Promise<R[]>, batch: Waiting<T, R>[]): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item))
    if (results.length !== batch.length) throw new Error(`${batch.length} items gave ${results.length} results`)
    results.forEach((result, index) => {
      batch[index]?.resolve(result)
    })
  } catch (error) {
    if (batch.length === 1) return batch[0]?.reject(error)
    for (const one of batch) await runBatch(run, [one])
  }
}
