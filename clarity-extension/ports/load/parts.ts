import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { OdooClient } from '../../../odoo-bridge/client/client.ts'
import type { Keyed } from '../../../odoo-bridge/client/shapes.ts'
import type { EventType } from '../../../shared/events.ts'
import type { Failure, Outcome } from '../../../shared/outcome.ts'
import type { Reply } from '../../clarity/call.ts'
import type { ClarityClient } from '../../clarity/client.ts'
import type { Batch } from '../../clarity/paging.ts'
import type { FlowEvent, Share } from '../../flows/flow.ts'
import { gate } from '../../flows/gate.ts'
import type { RecordPorts } from '../../flows/record-to-odoo.ts'
import type { MasterPorts } from '../../flows/registry.ts'
import type { StockFlowPorts } from '../../flows/stock-to-clarity.ts'
import type { Link, Links } from '../../links.ts'
import { Away } from '../../load/bring.ts'
import type { Pending, Task } from '../../load/loader.ts'
import type { Candidate } from '../../load/match.ts'
import type { LoadRow } from '../../load/types.ts'
import type { Tables } from '../../store/schema.ts'
import type { Switches } from '../../switches.ts'
import { type Mapped, withMatch } from '../match.ts'

/** What loaders are made of: both sides, and the flows that bring single changes. */
export interface LoaderParts {
  db: Kysely<Tables>
  clarity: ClarityClient
  odoo: OdooClient
  store: string
  switches: Pick<Switches, 'enabled' | 'owner'>
  masters: MasterPorts
  stock: StockFlowPorts
  links: Pick<Links, 'getMany'>
}

/** Rows that go out together, as many as the flow's own calls carry. */
const TOGETHER = 500

/** Every record of Odoo, in pages. @throws Away */
export async function* keyedPages(
  { odoo, store }: Pick<LoaderParts, 'odoo' | 'store'>,
  kind: Parameters<OdooClient['readKeys']>[1],
  signal: AbortSignal,
): AsyncGenerator<Keyed[]> {
  for (let after = 0; ; ) {
    const page = answered(await odoo.readKeys(store, kind, { after }, { signal }))
    yield page.records
    if (page.next === null) return
    after = page.next
  }
}

/** Every record of the storefront, in pages. One that cannot be read is brought over by its own event, which says why. @throws Away */
export async function* recordPages<T>(pages: AsyncIterable<Reply<Batch<T>>>): AsyncGenerator<T[]> {
  for await (const page of pages) yield answered(page).records
}

export function answered<T>(reply: { ok: true; value: T } | { ok: false; outcome: Failure }): T {
  if (reply.ok) return reply.value
  const { outcome } = reply
  throw new Away(outcome.kind === 'correct' ? outcome.problems[0].message : outcome.message)
}

/** What the bridge itself has linked: by Odoo's id the storefront's, or the other way round. */
export async function linksOf(
  db: Kysely<Tables>,
  { kind, model, from }: { kind: string; model: string; from: 'odoo' | 'clarity' },
  sources: readonly Candidate[],
): Promise<Map<string, string>> {
  const here = new Set(sources.map(({ id }) => id))
  const rows = await db
    .selectFrom('links')
    .select(['clarity_id', 'odoo_id'])
    .where('kind', '=', kind)
    .where('odoo_model', '=', model)
    .execute()
  const pairs = rows.map(({ clarity_id, odoo_id }) =>
    from === 'odoo' ? ([String(odoo_id), clarity_id] as const) : ([clarity_id, String(odoo_id)] as const),
  )
  return new Map(pairs.filter(([source]) => here.has(source)))
}

/** Rows by their order, each brought over by its own id. */
export async function* byRow(
  pending: Pending,
  lane: Task['lane'],
  bring: (row: LoadRow) => Promise<Outcome>,
): AsyncGenerator<Task> {
  for (let after = 0; ; ) {
    const rows = await pending.next(after, TOGETHER)
    const last = rows.at(-1)
    if (!last) return
    after = last.id
    yield { rows, lane, bring: (some) => some.map(bring) }
  }
}

/**
 * What a load may write of each field group: what is the other side's stays there, and nothing is only proposed, since a new
 * record takes every group and a known one has its own.
 * @throws when the switches changed so that nothing is left to write
 */
export async function shareOf(switches: LoaderParts['switches'], type: EventType): Promise<Share> {
  const passed = await gate(switches, type, false)
  if (!passed.open) throw new Error('detail' in passed.outcome ? passed.outcome.detail : passed.outcome.kind)
  const groups = Object.entries(passed.share).map(([group, may]) => [group, may === 'propose' ? 'ignore' : may])
  return Object.fromEntries(groups)
}

/** What a load writes has no event in the ledger: a change of rules finds the record by its next one. */
export const NO_EVENT = 0

/** A record as the event that would have brought it. */
export function eventOf(
  row: LoadRow,
  lane: string,
  type: EventType,
  share: Share,
  data: object,
  at: string,
): FlowEvent {
  return {
    id: NO_EVENT,
    key: `load:${row.id}`,
    ...{ type, lane, share },
    payload: Buffer.from(JSON.stringify({ type, timestamp: at, data })),
    attempt: 1,
    traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
    approvals: [],
  }
}

export const silent = { step() {} }

/**
 * The same ports, for records that travel together.
 * @param aims by the storefront's id, where the dry run or a person said who the record is in Odoo: that decides, not the mapping's
 *   own rule
 * @param links of all of them
 */
export function aimed<Record extends { id: string }>(
  ports: RecordPorts<Record, Mapped>,
  aims: ReadonlyMap<string, LoadRow>,
  links: Promise<ReadonlyMap<string, Link>>,
): RecordPorts<Record, Mapped> {
  return {
    ...ports,
    async link(id) {
      const link = (await links).get(id)
      return link && { version: link.clarityVersion, hash: link.hash }
    },
    async map(record, written) {
      const mapped = await ports.map(record, written)
      const match = aimOf(aims.get(record.id))
      return mapped.ok && match !== undefined ? { ok: true, value: withMatch(mapped.value, match) } : mapped
    },
  }
}

/** Undefined where the link says it already; empty, which matches nobody, for a person's "a new one". */
function aimOf(row: LoadRow | undefined): { id?: number } | undefined {
  if (!row) return undefined
  if (row.decision === 'new') return {}
  const isMatched = row.verdict === 'linked' ? row.why !== 'link' : row.decision === 'link'
  return isMatched && row.target !== null ? { id: Number(row.target) } : undefined
}
