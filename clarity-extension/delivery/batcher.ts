import type { Limit } from './limit.ts'

/**
 * Gathers what many lanes want to send into few calls. As soon as a call may start, whatever waits goes out together: one
 * item alone when it is quiet (no added latency), full batches when it is busy, and in a crowd with those on the way.
 */
export interface BatcherOptions<Item, Result> {
  /** Answers one result per item, in the same order. A throw is every item's failure. */
  send(items: Item[]): Promise<Result[]>
  limit: Limit
  maxItems: number
  /** Records that two calls must not touch at the same time; items sharing a key still fit into one call. */
  keys?(item: Item): string[]
  /** Whether an answer says that the server was asked too much at once. */
  wasRefused?(result: Result): boolean
  /** Asked when the first of a call waits: until then it waits for others, unless the call is full. */
  gathered?(): Promise<void> | undefined
  now?(): number
}

export interface Batcher<Item, Result> {
  submit(item: Item): Promise<Result>
  readonly waiting: number
  readonly inFlight: number
}

interface Waiting<Item, Result> {
  item: Item
  keys: string[]
  resolve(result: Result): void
  reject(error: unknown): void
}

export function batcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { send, limit, maxItems, keys = () => [], wasRefused = () => false } = options
  const { gathered = () => undefined, now = () => performance.now() } = options
  let queue: Waiting<Item, Result>[] = []
  const busy = new Set<string>()
  let inFlight = 0
  let scheduled = false
  let gathering: Promise<void> | undefined

  return {
    submit(item) {
      return new Promise((resolve, reject) => {
        queue.push({ item, keys: keys(item), resolve, reject })
        if (queue.length === 1) gather()
        schedule()
      })
    },
    get waiting() {
      return queue.length
    },
    get inFlight() {
      return inFlight
    },
  }

  function gather() {
    const company = gathered()
    gathering = company
    void company?.then(() => {
      if (gathering === company) gathering = undefined
      schedule()
    })
  }

  /** After the current turn, so that everything it submits travels together. */
  function schedule() {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      while (inFlight < limit.size && (!gathering || queue.length >= maxItems)) {
        const batch = takeBatch()
        if (batch.length === 0) return
        if (queue.length > 0) gather()
        void run(batch)
      }
    })
  }

  function takeBatch(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = []
    const left: Waiting<Item, Result>[] = []
    for (const entry of queue) {
      const free = batch.length < maxItems && !entry.keys.some((key) => busy.has(key))
      ;(free ? batch : left).push(entry)
    }
    queue = left
    return batch
  }

  async function run(batch: Waiting<Item, Result>[]) {
    inFlight++
    for (const { keys } of batch) for (const key of keys) busy.add(key)
    const started = now()
    try {
      const results = await send(batch.map(({ item }) => item))
      if (results.length !== batch.length) throw new Error(`${results.length} results for ${batch.length} items`)
      if (results.some(wasRefused)) limit.refused()
      else limit.accepted((now() - started) / batch.length)
      batch.forEach((entry, index) => {
        entry.resolve(results[index] as Result)
      })
    } catch (error) {
      limit.refused()
      for (const entry of batch) entry.reject(error)
    } finally {
      inFlight--
      for (const { keys } of batch) for (const key of keys) busy.delete(key)
      schedule()
    }
  }
}
