import { fileArrivals, MOST, pack, storeArrivals } from './arrivals.ts'
import { eventKey, type Incoming } from './incoming.ts'
import type { Settings } from './settings.ts'
import type { Enqueued } from './types.ts'

/** Bursts: stored as they arrive, and put into their lanes beside what the doors do. */
export interface Filing {
  /** Whether events that arrived may not be in their lanes yet: later ones must not pass them. */
  isBehind(): boolean
  /** @param incoming none of them is being stored already */
  store(incoming: Incoming[]): Promise<Enqueued[]>
  /** Resolves when all that arrived are in their lanes, also what a process before this one left. */
  start(): Promise<void>
  catchUp(): Promise<void>
  /** What can be put into its lanes is; after that nothing happens by itself. The rest is for the next start. */
  stop(): Promise<void>
}

/** How often is looked whether more come. */
const LOOK_MS = 20
/** More than these behind, and still more coming, is a storm. Events in a portion then. */
const FEW = 100
/** Events in a portion when no more come, or only some. */
const SOME = 500
/** About a second's worth. When so many are behind, portions are as large as can be. */
const MUCH = 8_000
/**
 * In a storm the time is the doors', but for a portion twice a second: what is sent at once is acknowledged at the speed of the disk. When much is
 * behind, it comes into the lanes as fast as it is sent: however long the storm lasts, none waits longer than a second or two.
 */
const PAUSE_MS = { storm: 500, much: 100 }
/** Between tries while the store cannot commit. */
const AGAIN_MS = 1_000

/** @param onFiled events came into their lanes */
export function createFiling({ store, log, seal }: Settings, onFiled: () => void): Filing {
  /** Ids by `eventKey`, in the order of arrival: a second delivery is answered with the first one's. */
  const arrived = new Map<string, number>()
  let storing = 0
  let stopped = false
  let working: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  /** Since it was last looked. */
  let came = 0
  let waitedMs = 0

  function work(portion: number): void {
    if (stopped || working) return
    working = file(portion)
      .then((left) => goOn(left || came > 0, LOOK_MS))
      .catch((error) => {
        log.error({ err: error }, 'events that arrived could not be put into their lanes yet')
        goOn(true, AGAIN_MS)
      })
  }

  function goOn(more: boolean, afterMs: number): void {
    working = undefined
    waitedMs = 0
    if (more && !stopped) timer = setTimeout(look, afterMs)
  }

  function look(): void {
    timer = undefined
    waitedMs += LOOK_MS
    const storms = came > 0 && arrived.size > FEW
    const much = arrived.size > MUCH
    came = 0
    if (storms && waitedMs < PAUSE_MS[much ? 'much' : 'storm']) timer = setTimeout(look, LOOK_MS)
    else work(much ? MOST : storms ? FEW : SOME)
  }

  /** @returns whether some are left */
  async function file(portion: number): Promise<boolean> {
    const { left, upTo } = await store.run(fileArrivals, portion)
    for (const [key, id] of arrived) {
      if (id > upTo) break
      arrived.delete(key)
    }
    onFiled()
    return left
  }

  function knownHere(event: Incoming): Enqueued {
    const id = arrived.get(eventKey(event))
    if (id === undefined) throw new Error('an event was neither stored nor known')
    return { id, duplicate: true, coalesced: false }
  }

  async function catchUp(): Promise<void> {
    if (!store.putsOff) return
    await working
    while (await file(MOST));
  }

  return {
    isBehind: () => storing > 0 || arrived.size > 0,
    async store(incoming) {
      const fresh = incoming.filter((event) => !arrived.has(eventKey(event)))
      const packed = pack(fresh, seal)
      storing++
      try {
        const stored = await store.run(storeArrivals, packed, [packed.payloads.buffer])
        fresh.forEach((event, index) => {
          const answer = stored[index]
          if (answer && !answer.duplicate) arrived.set(eventKey(event), answer.id)
        })
        const answers = new Map(fresh.map((event, index) => [event, stored[index]]))
        return incoming.map((event) => answers.get(event) ?? knownHere(event))
      } finally {
        storing--
        came += incoming.length
        if (!timer) work(FEW)
      }
    },
    async start() {
      stopped = false
      await catchUp()
    },
    catchUp,
    async stop() {
      clearTimeout(timer)
      stopped = true
      try {
        await catchUp()
      } catch (error) {
        log.error({ err: error }, 'events that arrived come into their lanes at the next start')
      }
    },
  }
}
