import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Source } from '../../shared/events.ts'
import { jsonOf } from '../../shared/json.ts'
import { newTraceId, route, unreadableLane } from '../ledger/lanes.ts'
import type { Ledger } from '../ledger/types.ts'
import { padded } from '../store/padded.ts'
import type { Tables } from '../store/schema.ts'

/** A change that one side knows of, as its webhook would have told it. */
export interface Seen {
  /** Of the record on that side, e.g. `order:1042`: what makes the same version the same event. */
  key: string
  /** The side's own instant of the change. */
  version: string
  envelope: { type: string; timestamp: string; data: Record<string, unknown> }
}

/** Stores what no webhook has brought. One and the same version is stored once, however often it is read. */
export interface Missed {
  /** @returns how many were missed */
  take(source: Source, seen: readonly Seen[]): Promise<number>
}

/** @param open what the store holds, as it came */
export function createMissed(
  db: Kysely<Tables>,
  ledger: Pick<Ledger, 'ingest'>,
  open: (stored: Uint8Array) => Uint8Array = (stored) => stored,
): Missed {
  return {
    async take(source, seen) {
      const routed = seen.map((one) => {
        const payload = Buffer.from(JSON.stringify(one.envelope))
        return { ...one, payload, place: placeOf(source, one.key, payload) }
      })
      const told = await toldVersions(
        db,
        open,
        source,
        routed.map(({ place }) => place.lane),
      )
      const missed = routed.filter(
        ({ place, version, envelope }) => !isTold(told.get(thingOf(place.lane, envelope)), version),
      )
      const stored = await Promise.all(
        missed.map(({ key, version, payload, place: { traceId = newTraceId(), ...place } }) =>
          ledger.ingest({ source, webhookId: `sweep:${key}:${version}`, payload, traceId, ...place }),
        ),
      )
      return stored.filter(({ duplicate }) => !duplicate).length
    },
  }
}

/** What cannot be read as an event is one all the same: it stands in the panel and never stops the others. */
function placeOf(source: Source, key: string, payload: Buffer) {
  const place = route(source, payload)
  if (!('fault' in place)) return place
  return {
    type: 'unreadable' as const,
    lane: unreadableLane(source),
    subject: key,
    priority: 3 as const,
    traceId: undefined,
    fault: { cause: 'unreadable_body', message: place.fault },
  }
}

const isTold = (newest: number | undefined, version: string): boolean =>
  newest !== undefined && newest >= Date.parse(version)

/** `order.*` of a lane tell of one thing; its deliveries are one each. */
const thingOf = (lane: string, { type, data }: { type: string; data: Record<string, unknown> }): string =>
  `${lane} ${type.split('.')[0]} ${data.picking_id ?? ''}`

const tellingShape = z.object({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.looseObject({ updatedAt: z.iso.datetime().optional(), picking_id: z.int().optional() }),
})

/**
 * The newest version of each thing that an event in the ledger has told of, whatever became of that event: what failed is
 * already in a person's hands, what is done is done.
 */
async function toldVersions(
  db: Kysely<Tables>,
  open: (stored: Uint8Array) => Uint8Array,
  source: Source,
  lanes: string[],
): Promise<Map<string, number>> {
  const newest = new Map<string, number>()
  if (lanes.length === 0) return newest
  const rows = await db
    .selectFrom('events')
    .select(['lane', 'payload'])
    .where('lane', 'in', padded([...new Set(lanes)]))
    .where('source', '=', source)
    .execute()
  for (const { lane, payload } of rows) {
    const parsed = tellingShape.safeParse(jsonOf(Buffer.from(open(payload)).toString('utf8')))
    if (!parsed.success) continue
    const { timestamp, data } = parsed.data
    const key = thingOf(lane, parsed.data)
    const at = Date.parse(data.updatedAt ?? timestamp)
    newest.set(key, Math.max(newest.get(key) ?? 0, at))
  }
  return newest
}
