import { procedure } from '../store/procedure.ts'
import { type Incoming, lanesOf, workKey } from './incoming.ts'
import { answersOf, standingWork } from './known-events.ts'
import { putIn, upsertLanes } from './put-in.ts'
import { countThroughput } from './throughput.ts'
import type { Enqueued } from './types.ts'

/**
 * Stores a group of events. The lane's row is written first: on PostgreSQL that locks the lane, so that a worker which is just
 * finishing it sees these events, and ids grow in the order in which they were accepted.
 */
export const storeEvents = procedure(
  new URL('./ingest.ts', import.meta.url),
  'storeEvents',
  async (trx, { incoming, now }: { incoming: Incoming[]; now: number }): Promise<Enqueued[]> => {
    await upsertLanes(trx, lanesOf(incoming, now))
    const standing = await standingWork(trx, incoming)
    const firsts = new Map<string, Incoming>()
    for (const event of incoming) if (event.onlyOne && !firsts.has(workKey(event))) firsts.set(workKey(event), event)
    const isNeedless = (event: Incoming) =>
      event.onlyOne === true && (standing.has(workKey(event)) || firsts.get(workKey(event)) !== event)

    const fresh = incoming.filter((event) => !isNeedless(event))
    const written = await putIn(trx, fresh)
    await countThroughput(trx, now, { received: written.length })
    const answers = await answersOf(trx, fresh, written)
    const answerOf = new Map(fresh.map((event, index) => [event, answers[index]]))
    return incoming.map((event): Enqueued => {
      const answer = answerOf.get(event)
      if (answer) return answer
      const first = firsts.get(workKey(event))
      const id = standing.get(workKey(event)) ?? (first && answerOf.get(first)?.id)
      if (id === undefined) throw new Error('an event was neither stored nor known')
      return { id, duplicate: false, coalesced: true }
    })
  },
  { ahead: true },
)
