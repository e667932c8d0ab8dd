import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Seal } from '../privacy/seal.ts'
import type { LoadRowsTable } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import { type Decision, decisions, type LoadRow, type NewRow } from './types.ts'

type StoredRow = Pick<
  LoadRowsTable,
  'load_id' | 'source_id' | 'target_id' | 'shown' | 'verdict' | 'why' | 'choices' | 'state'
>
/** One per store: what is compiled for one dialect is none of the other's. */
export const inserting = () =>
  statementOfRows<StoredRow, unknown>(
    ['load_id', 'source_id', 'target_id', 'shown', 'verdict', 'why', 'choices', 'state'],
    (db, rows) => db.insertInto('load_rows').values(rows),
  )

export const stored = (id: number, row: NewRow, seal: Pick<Seal, 'text'>): StoredRow => ({
  load_id: id,
  source_id: row.source?.id ?? '',
  target_id: row.target,
  shown: seal.text(JSON.stringify({ source: row.source, candidates: row.candidates })),
  verdict: row.verdict,
  why: row.why,
  choices: row.choices.join(' '),
  state: row.verdict === 'new' || row.verdict === 'linked' ? 'waiting' : 'out',
})

const known = z.object({
  id: z.string(),
  label: z.string(),
  keys: z.record(z.string(), z.string()),
  changedAt: z.string().exactOptional(),
})
const shownShape = z.object({ source: known.optional(), candidates: z.array(known) })
const saidShape = z.object({
  message: z.string(),
  problems: z.array(
    z.object({
      code: z.string(),
      field: z.string().exactOptional(),
      value: z.string().exactOptional(),
      message: z.string(),
      remedy: z.string(),
    }),
  ),
})

export function rowOf(row: Selectable<LoadRowsTable>, seal: Pick<Seal, 'openText'>): LoadRow {
  const { source, candidates } = shownShape.parse(JSON.parse(seal.openText(row.shown)))
  return {
    id: row.id,
    source,
    candidates,
    target: row.target_id,
    verdict: row.verdict,
    why: row.why,
    choices: choicesOf(row.choices),
    decision: row.decision,
    decidedBy: row.decided_by,
    state: row.state,
    said: row.said === null ? null : saidShape.parse(JSON.parse(seal.openText(row.said))),
  }
}

export const choicesOf = (text: string): Decision[] => decisions.filter((one) => text.split(' ').includes(one))
