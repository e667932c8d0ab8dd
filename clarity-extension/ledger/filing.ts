import { randomUUID } from 'node:crypto'
import type { Seal } from '../privacy/seal.ts'
import { endOfTurn } from '../store/group.ts'
import { byteaArray } from '../store/recordset.ts'
import type { ArrivalsTable } from '../store/schema.ts'
import {
  arrivedGroups,
  EVERYONES,
  fileArrivals,
  idsOf,
  MOST,
  type Portion,
  type StoredGroup,
  storeArrivals,
  storeArrivalsAtOnce,
  type Whose,
  waitingArrivals,
} from './arrivals.ts'
import { fileAtOnce } from './file-at-once.ts'
import { eventKey, type Incoming } from './incoming.ts'
import { answersFrom } from './known-events.ts'
import { pack, unpack } from './packed.ts'
import { type Arrival, createReader, type Reader, type Unread } from './reader.ts'
import { type LedgerOptions, type Settings, settingsOf } from './settings.ts'
import type { Enqueued } from './types.ts'
import { createUnfiled } from './unfiled.ts'

/** Bursts: stored as they arrive, and looked at and put into their lanes beside what the doors do. */
export interface Filing {
  /** Whether events that arrived may not be in their lanes yet: later ones must not pass them. */
  isBehind(): boolean
  /** @param arrivals none of them is being stored already */
  store(arrivals: Arrival[]): Promise<Enqueued[]>
  /** Resolves when all that arrived are in their lanes, also what a process before this one left. */
  start(): Promise<void>
  /** Another replica may have stored something, in a burst or otherwise. */
  look(): void
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
/** What another process has left for so long is looked at here: it was killed, or stands still. */
const LEFT_MS = 5_000

/** How often a replica that does not lead asks which of its own are in their lanes. */
const RECALL_MS = 250

/** @param onFiled events came into their lanes; none, when it was looked for what others stored and that is in its lanes already */
export function createFiling(
  { store, log, seal, now, lead }: Settings,
  { read }: Reader,
  onFiled: (fresh: readonly Incoming[]) => void,
): Filing {
  const owner = randomUUID()
  /** Who has the store to himself has also what a process before this one left. */
  const own = { owner, before: 0 }
  const ours = () => (store.exclusive || lead.whose() === 'ours' ? EVERYONES : own)
  const storeGroup = store.dialect === 'postgres' ? storeArrivalsAtOnce : storeArrivals
  const unfiled = createUnfiled()
  let storing = 0
  let stopped = false
  /** A portion is under way. */
  let filing: Promise<boolean> | undefined
  /** One follows another by itself. */
  let going = false
  let begunAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let rescuing: NodeJS.Timeout | undefined
  /** Since it was last looked. */
  let came = 0
  /** Others stored something since then. */
  let told = false
  let waitedMs = 0

  // A disk that takes nothing can be read all the same. The loop below goes on trying, and says why it fails.
  const ownDone = () => (unfiled.size() === 0 ? undefined : untilNow().catch(() => undefined))
  store.putOff({ tables: ['events', 'lanes', 'throughput'], anything: true, done: ownDone })
  store.putOff({
    tables: ['demand_arrived'],
    anything: false,
    // What the storefront sold counts for all replicas, whoever was told of it.
    done: () => (store.exclusive || stopped ? ownDone() : allUntilNow().catch(sayWhy)),
  })

  function work(portion: number): void {
    if (stopped || going) return
    going = true
    begunAt = performance.now()
    portionOf(portion)
      .then((left) =>
        goOn(left || came > 0 || told, lead.whose() === 'theirs' ? RECALL_MS : Math.max(LOOK_MS, lead.apartMs())),
      )
      .catch((error) => {
        sayWhy(error)
        goOn(true, AGAIN_MS)
      })
  }

  /** Unless it will be by itself. */
  function workSoon(portion: number): void {
    if (timer || going) return
    const early = begunAt + lead.apartMs() - performance.now()
    if (early > 0) timer = setTimeout(look, early)
    else work(portion)
  }

  function sayWhy(error: unknown): void {
    log.error({ err: error }, 'events that arrived could not be put into their lanes yet')
  }

  function goOn(more: boolean, afterMs: number): void {
    going = false
    waitedMs = 0
    if (more && !stopped) timer = setTimeout(look, afterMs)
  }

  function look(): void {
    timer = undefined
    waitedMs += LOOK_MS
    const storms = came > 0 && unfiled.size() > FEW
    const much = unfiled.size() > MUCH
    came = 0
    if (storms && waitedMs < PAUSE_MS[much ? 'much' : 'storm']) timer = setTimeout(look, LOOK_MS)
    else work(much ? MOST : storms ? FEW : SOME)
  }

  /** Who leads files; the others only ask whether it has. @returns whether some are left */
  async function portionOf(portion: number): Promise<boolean> {
    if (lead.whose() !== 'theirs') return file(portion)
    const waiting = new Set(await store.run(arrivedGroups, EVERYONES))
    unfiled.forget(unfiled.groups().filter((group) => !waiting.has(group)))
    return unfiled.size() > 0
  }

  /** One portion at a time, whoever asks. @returns whether some are left */
  function file(portion: number, whose: Whose = ours()): Promise<boolean> {
    filing ??= fileOne(portion, whose).finally(() => {
      filing = undefined
    })
    return filing
  }

  async function fileOne(portion: number, whose: Whose): Promise<boolean> {
    const before = unfiled.groups()
    const wasTold = told
    told = false
    const { groups, upTo } = await store.run(waitingArrivals, { atMost: portion, ...whose })
    if (groups.length > 0) {
      const incoming: Incoming[] = []
      for (const group of groups) {
        for (const arrival of contentOf(group, seal)) incoming.push(read(arrival))
        // The doors are heard in between.
        await endOfTurn()
      }
      const named = groups.map(({ id, count, ids }) => ({ id, count, ids }))
      const written = new Set(await putInLanes(named, incoming))
      const ids = idsOf(named)
      onFiled(incoming.filter((_, index) => written.has(ids[index] ?? 0)))
    } else if (wasTold) onFiled([])
    // What was not there any more has been filed by another process.
    unfiled.forget(before.filter((group) => group <= upTo))
    return upTo < Number.POSITIVE_INFINITY
  }

  /** @returns the ids of those that came into the history */
  async function putInLanes(groups: Portion['groups'], incoming: readonly Incoming[]): Promise<number[]> {
    const portion = { groups, now: now() }
    if (store.dialect === 'postgres') {
      const payloads = incoming.map(({ payload }) => payload)
      const written = await store.run(fileAtOnce, { ...portion, incoming, payloads: byteaArray(payloads, seal) })
      if (written) return written
    }
    const packed = pack(incoming, seal)
    return store.run(fileArrivals, { ...portion, ...packed }, [packed.payloads.buffer])
  }

  /** Resolves when what this process acknowledged is in its lanes; what comes meanwhile may not be. */
  async function untilNow(): Promise<void> {
    const groups = unfiled.groups()
    while (groups.some(unfiled.has)) await file(MOST)
  }

  /** The same for what any process acknowledged. */
  async function allUntilNow(): Promise<void> {
    await untilNow()
    let groups = await store.run(arrivedGroups, EVERYONES)
    while (groups.length > 0) {
      await file(MOST, EVERYONES)
      const left = new Set(await store.run(arrivedGroups, EVERYONES))
      groups = groups.filter((group) => left.has(group))
    }
  }

  async function rescue(): Promise<void> {
    try {
      const left = await store.run(arrivedGroups, { owner: '', before: now() - LEFT_MS })
      if (left.length > 0) await allUntilNow()
    } catch (error) {
      sayWhy(error)
    }
  }

  function knownHere(event: Arrival): Enqueued {
    const id = unfiled.idOf(eventKey(event))
    if (id === undefined) throw new Error('an event was neither stored nor known')
    return { id, duplicate: true, coalesced: false }
  }

  return {
    isBehind: () => storing > 0 || unfiled.size() > 0,
    async store(arrivals) {
      const fresh = arrivals.filter((event) => unfiled.idOf(eventKey(event)) === undefined)
      for (const event of fresh) refuseHalf(event)
      const { text, payloads } = pack(fresh)
      const names = JSON.stringify(fresh.map(({ source, webhookId }) => ({ source, webhookId })))
      const sealed = seal.bytes(payloads)
      storing++
      try {
        const arrived = { owner, now: now(), names, text, payloads: sealed }
        const stored = await store.run(storeGroup, arrived, [sealed.buffer])
        const ids = idsOfFirsts(fresh, stored)
        const group = stored.ids.at(-1)
        if (group !== undefined) unfiled.add(group, ids)
        const answers = answersFrom(fresh, ids, stored.known)
        const answerOf = new Map(fresh.map((event, index) => [event, answers[index]]))
        return arrivals.map((event) => answerOf.get(event) ?? knownHere(event))
      } finally {
        storing--
        came += arrivals.length
        if (lead.whose() === 'theirs') lead.tell()
        workSoon(FEW)
      }
    },
    async start() {
      stopped = false
      await allUntilNow()
      if (!store.exclusive) rescuing = setInterval(() => void rescue(), LEFT_MS).unref()
    },
    look() {
      told = true
      workSoon(SOME)
    },
    catchUp: untilNow,
    async stop() {
      clearTimeout(timer)
      clearInterval(rescuing)
      stopped = true
      try {
        await untilNow()
      } catch (error) {
        log.error({ err: error }, 'events that arrived come into their lanes at the next start')
      }
    },
  }
}

/** For who works on a store without a ledger: a bridge that was killed may have left some. */
export async function fileAll(options: LedgerOptions): Promise<void> {
  const settings = settingsOf(options)
  const filing = createFiling(settings, createReader(settings), () => undefined)
  await filing.start()
  await filing.stop()
}

/** Of those that were not known; of two with one webhook id the first's. */
function idsOfFirsts(arrivals: readonly Arrival[], { ids, known }: StoredGroup): Map<string, number> {
  const firsts = new Map<string, number>()
  for (const [index, event] of arrivals.entries()) {
    const [key, id] = [eventKey(event), ids[index]]
    if (id !== undefined && !known.has(key) && !firsts.has(key)) firsts.set(key, id)
  }
  return firsts
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
