import type { Seal } from '../privacy/seal.ts'
import { endOfTurn } from '../store/group.ts'
import type { ArrivalsTable } from '../store/schema.ts'
import { fileArrivals, idsOf, MOST, storeArrivals, waitingArrivals } from './arrivals.ts'
import { eventKey, type Incoming } from './incoming.ts'
import { pack, unpack } from './packed.ts'
import { type Arrival, createReader, type Reader, type Unread } from './reader.ts'
import { type LedgerOptions, type Settings, settingsOf } from './settings.ts'
import type { Enqueued } from './types.ts'

/** Bursts: stored as they arrive, and looked at and put into their lanes beside what the doors do. */
export interface Filing {
  /** Whether events that arrived may not be in their lanes yet: later ones must not pass them. */
  isBehind(): boolean
  /** @param arrivals none of them is being stored already */
  store(arrivals: Arrival[]): Promise<Enqueued[]>
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
export function createFiling(
  { store, log, seal }: Settings,
  { read }: Reader,
  onFiled: (fresh: readonly Incoming[]) => void,
): Filing {
  /** Ids by `eventKey`, in the order of arrival: a second delivery is answered with the first one's. */
  const arrived = new Map<string, number>()
  let newest = 0
  let filedUpTo = 0
  let storing = 0
  let stopped = false
  /** A portion is under way. */
  let filing: Promise<boolean> | undefined
  /** One follows another by itself. */
  let going = false
  let timer: NodeJS.Timeout | undefined
  /** Since it was last looked. */
  let came = 0
  let waitedMs = 0

  store.putOff?.({
    tables: ['events', 'lanes', 'demand_arrived', 'throughput'],
    // A disk that takes nothing can be read all the same. The loop below goes on trying, and says why it fails.
    done: () => (arrived.size === 0 ? undefined : untilNow().catch(() => undefined)),
  })

  function work(portion: number): void {
    if (stopped || going) return
    going = true
    file(portion)
      .then((left) => goOn(left || came > 0, LOOK_MS))
      .catch((error) => {
        log.error({ err: error }, 'events that arrived could not be put into their lanes yet')
        goOn(true, AGAIN_MS)
      })
  }

  function goOn(more: boolean, afterMs: number): void {
    going = false
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

  /** One portion at a time, whoever asks. @returns whether some are left */
  function file(portion: number): Promise<boolean> {
    filing ??= fileOne(portion).finally(() => {
      filing = undefined
    })
    return filing
  }

  async function fileOne(portion: number): Promise<boolean> {
    const upToNow = newest
    const { groups, left } = await store.run(waitingArrivals, portion)
    if (groups.length > 0) {
      const incoming: Incoming[] = []
      for (const group of groups) {
        for (const arrival of contentOf(group, seal)) incoming.push(read(arrival))
        // The doors are heard in between.
        await endOfTurn()
      }
      const packed = pack(incoming, seal)
      const named = groups.map(({ id, count }) => ({ id, count }))
      const written = new Set(await store.run(fileArrivals, { groups: named, ...packed }, [packed.payloads.buffer]))
      const ids = idsOf(named)
      onFiled(incoming.filter((_, index) => written.has(ids[index] ?? 0)))
    }
    filedUpTo = groups.at(-1)?.id ?? upToNow
    for (const [key, id] of arrived) {
      if (id > filedUpTo) break
      arrived.delete(key)
    }
    return left
  }

  /** Resolves when what has been acknowledged is in its lanes; what comes meanwhile may not be. */
  async function untilNow(): Promise<void> {
    const last = newest
    while (filedUpTo < last) await file(MOST)
  }

  function knownHere(event: Arrival): Enqueued {
    const id = arrived.get(eventKey(event))
    if (id === undefined) throw new Error('an event was neither stored nor known')
    return { id, duplicate: true, coalesced: false }
  }

  async function catchUp(): Promise<void> {
    if (!store.putOff) return
    await untilNow()
    while (await file(MOST));
  }

  return {
    isBehind: () => storing > 0 || arrived.size > 0,
    async store(arrivals) {
      const fresh = arrivals.filter((event) => !arrived.has(eventKey(event)))
      for (const event of fresh) refuseHalf(event)
      const { text, payloads } = pack(fresh)
      const names = fresh.map(({ source, webhookId }) => ({ source, webhookId }))
      const sealed = seal.bytes(payloads)
      storing++
      try {
        const stored = await store.run(storeArrivals, { names, text, payloads: sealed }, [sealed.buffer])
        fresh.forEach((event, index) => {
          const answer = stored[index]
          if (!answer || answer.duplicate) return
          arrived.set(eventKey(event), answer.id)
          newest = Math.max(newest, answer.id)
        })
        const answers = new Map(fresh.map((event, index) => [event, stored[index]]))
        return arrivals.map((event) => answers.get(event) ?? knownHere(event))
      } finally {
        storing--
        came += arrivals.length
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

/** For who has the store to itself: a bridge that was killed may have left some. */
export async function fileAll(options: LedgerOptions): Promise<void> {
  const settings = settingsOf(options)
  await createFiling(settings, createReader(settings), () => undefined).start()
}

const contentOf = ({ events, payloads }: ArrivalsTable, seal: Seal): Arrival[] =>
  unpack<Arrival, Buffer>(events, seal.openBytes(payloads)) as Arrival[]

const NEEDED_UNREAD = ['source', 'webhookId', 'receivedAt'] as const satisfies (keyof Unread)[]
const NEEDED = [
  ...NEEDED_UNREAD,
  'type',
  'lane',
  'subject',
  'priority',
  'dueAt',
  'traceId',
] as const satisfies (keyof Incoming)[]

/** @throws when it could not be stored in the history: what is stored here must come into it */
function refuseHalf(event: Arrival): void {
  const missing =
    'lane' in event ? NEEDED.find((field) => event[field] == null) : NEEDED_UNREAD.find((field) => event[field] == null)
  if (missing) throw new Error(`an event has no ${missing}`)
}
