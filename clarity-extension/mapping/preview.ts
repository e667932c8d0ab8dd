import type { Outcome, Problem } from '../../shared/outcome.ts'
import { type Change, diff } from './diff.ts'
import { segments } from './json.ts'
import type { Operation, OrderMapped } from './order.ts'

/** What one event would write, without writing it. */
export type Rehearsed =
  | {
      ok: true
      /** By what is written (`order:1042`), then as the far side would get it. */
      writes: Record<string, unknown>
      /** Parts that are left out and why; the rest is written. */
      held: Problem[]
    }
  | {
      ok: false
      outcome: Exclude<Outcome, { kind: 'done' }>
      /** Its flow cannot be tried without writing: this says nothing about the rules. */
      untried?: true
    }

/** What one event would write under other rules, beside what the live ones write. */
export interface Preview {
  /** `mapped`, or the kind of outcome it ends with instead. */
  before: string
  after: string
  /** By what is written and field; where it is not mapped, by the problems. */
  changes: Change[]
}

/** Pure: both were made from the same record and the same context but for the rules. */
export function preview(before: Rehearsed, after: Rehearsed): Preview {
  return { before: endingOf(before), after: endingOf(after), changes: diff(contentOf(before), contentOf(after)) }
}

export function rehearsedOrder(mapped: OrderMapped): Rehearsed {
  return mapped.ok ? rehearsedOperations(mapped.operations, mapped.held) : { ok: false, outcome: mapped.outcome }
}

/** Hashes differ wherever anything does and would tell nobody anything. */
export function rehearsedOperations(operations: readonly Operation[], held: Problem[] = []): Rehearsed {
  const writes = operations.map(({ id, hash: _, ensure = [], ...rest }) => {
    return [id, { ...rest, ensure: Object.fromEntries(ensure.map((one) => [`${one.kind}:${one.ref}`, one])) }]
  })
  return { ok: true, writes: Object.fromEntries(writes), held }
}

/** What the storefront would be given, row by row. */
export const rehearsedRows = (rows: readonly (readonly [string, object])[]): Rehearsed => ({
  ok: true,
  writes: Object.fromEntries(rows),
  held: [],
})

/** `mapped`, or the kind of outcome that it ends with instead. */
export const endingOf = (rehearsed: Rehearsed): string => (rehearsed.ok ? 'mapped' : rehearsed.outcome.kind)

/**
 * The field that a change is about, alike for every record: `/order:1042/values/order_line/L1/name` is
 * `order · order_line · name`. For counting how often each field changes.
 */
export function fieldOf({ at }: Change): string {
  const [written = '', ...path] = segments(at)
  const inner = path[0] === 'ensure' ? [kindOf(path[1] ?? ''), ...path.slice(2)] : [kindOf(written), ...path]
  const [kind = '', ...fields] = inner.filter((key) => key !== 'values')
  const [field, ...deeper] = fields
  return [kind, ...(field === undefined ? [] : [field]), ...deeper.slice(-1)].filter(Boolean).join(' · ')
}

const kindOf = (key: string): string => key.split(':')[0] ?? key

function contentOf(rehearsed: Rehearsed): Record<string, unknown> {
  if (!rehearsed.ok) return { outcome: rehearsed.outcome }
  return { ...rehearsed.writes, ...(rehearsed.held.length > 0 && { held: rehearsed.held }) }
}
