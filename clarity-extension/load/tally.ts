import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'
import { choicesOf } from './rows.ts'
import type { Tally } from './types.ts'

/** A rate is that of the last minute. */
const WINDOW_MS = 60_000

/** How far a load has come, and what of it waits for somebody. @param now unix milliseconds */
export async function tallyOf(db: Kysely<Tables>, id: number, now: number): Promise<Tally> {
  const rows = await db
    .selectFrom('load_rows')
    .select(({ fn }) => ['verdict', 'why', 'state', 'decision', 'choices', fn.countAll<number>().as('count')])
    .where('load_id', '=', id)
    .groupBy(['verdict', 'why', 'state', 'decision', 'choices'])
    .execute()
  const tally: Tally = {
    verdicts: { new: 0, linked: 0, conflict: 0, skipped: 0 },
    open: [],
    skipped: [],
    progress: { total: 0, done: 0, left: 0, failed: 0, perSecond: await rateOf(db, id, now) },
  }
  for (const { verdict, why, state, decision, choices, count } of rows) {
    const n = Number(count)
    tally.verdicts[verdict] += n
    if (verdict === 'skipped') add(tally.skipped, { why: why ?? '', count: n })
    if (verdict === 'conflict' && decision === null) {
      const same = tally.open.find((one) => one.why === why)
      if (same) same.count += n
      else tally.open.push({ why: why ?? '', count: n, choices: choicesOf(choices) })
    }
    if (state === 'out') continue
    tally.progress.total += n
    if (state !== 'waiting') tally.progress[state] += n
  }
  return tally
}

function add(list: { why: string; count: number }[], row: { why: string; count: number }) {
  const same = list.find(({ why }) => why === row.why)
  if (same) same.count += row.count
  else list.push(row)
}

/** Records per second in the last minute, or since it went on. */
async function rateOf(db: Kysely<Tables>, id: number, now: number): Promise<number | null> {
  const load = await db.selectFrom('loads').select(['state', 'resumed_at']).where('id', '=', id).executeTakeFirst()
  if (load?.state !== 'running' || load.resumed_at === null) return null
  const since = Math.max(now - WINDOW_MS, load.resumed_at)
  const { count } = await db
    .selectFrom('load_rows')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('load_id', '=', id)
    .where('settled_at', '>=', since)
    .executeTakeFirstOrThrow()
  return now > since ? (Number(count) * 1_000) / (now - since) : null
}
