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
 * @param rowOf items in one row, one behind the other: never in two groups at a time
 * @param apartMs a group begins so long after the one before it, however many wait
 */
export function group<T, R>(
  run: (items: T[]) => Promise<R[]>,
  inFlight = 1,
  rowOf?: (item: T) => string,
  apartMs: () => number = () => 0,
): Group<T, R> {
  let waiting: Waiting<T, R>[] = []
  let begunAt = Number.NEGATIVE_INFINITY
  const running = new Set<Promise<void>>()
  const rows = new Set<string>()
  let turn: Promise<void> | undefined

  const next = (): Waiting<T, R>[] => {
    if (!rowOf || rows.size === 0) return waiting.splice(0, LARGEST)
    const taken: Waiting<T, R>[] = []
    const left: Waiting<T, R>[] = []
    for (const one of waiting) (taken.length < LARGEST && !rows.has(rowOf(one.item)) ? taken : left).push(one)
    waiting = left
    return taken
  }

  const begin = () => {
    while (running.size < inFlight) {
      const early = begunAt + apartMs() - performance.now()
      if (early > 0 && waiting.length > 0) return beginAfter(new Promise((resolve) => setTimeout(resolve, early)))
      const batch = next()
      if (batch.length === 0) return
      const held = rowOf ? batch.map(({ item }) => rowOf(item)) : []
      for (const row of held) rows.add(row)
      const done = resultsOf(run, batch).then((settle) => {
        running.delete(done)
        for (const row of held) rows.delete(row)
        // Whoever is answered has much to do: the store is to have its next group meanwhile.
        begin()
        settle()
      })
      running.add(done)
      begunAt = performance.now()
    }
  }

  const beginAfter = (moment: Promise<void>) => {
    turn ??= moment.then(() => {
      turn = undefined
      begin()
    })
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        beginAfter(endOfTurn())
      })
    },
    async flush() {
      while (turn || running.size > 0) await Promise.all([turn, ...running])
    },
  }
}

/** After the requests that were ready to be read in this turn. */
export const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** @returns what tells them */
async function resultsOf<T, R>(run: (items: T[]) => Promise<R[]>, batch: Waiting<T, R>[]): Promise<() => void> {
  try {
    const results = await run(batch.map(({ item }) => item))
    if (results.length !== batch.length) throw new Error(`${batch.length} items gave ${results.length} results`)
    return () =>
      results.forEach((result, index) => {
        batch[index]?.resolve(result)
      })
  } catch (error) {
    if (batch.length === 1) return () => batch[0]?.reject(error)
    // Each is told as soon as it is tried: where the store does not answer, the last would wait for all of them.
    for (const one of batch) (await resultsOf(run, [one]))()
    return () => undefined
  }
}
