import { type Change, diff } from './diff.ts'
import type { OrderMapped } from './order.ts'

/** What one event would write under other rules, beside what the live ones write. */
export interface Preview {
  /** `mapped`, or the kind of outcome it ends with instead. */
  before: string
  after: string
  /** By operation id and field; where it is not mapped, by the problems. */
  changes: Change[]
}

/** Pure: both mappings were made from the same record and the same context but for the rules. */
export function preview(before: OrderMapped, after: OrderMapped): Preview {
  return { before: ending(before), after: ending(after), changes: diff(contentOf(before), contentOf(after)) }
}

const ending = (mapped: OrderMapped): string => (mapped.ok ? 'mapped' : mapped.outcome.kind)

/** Hashes differ wherever anything does and would tell nobody anything. */
function contentOf(mapped: OrderMapped): Record<string, unknown> {
  if (!mapped.ok) return { outcome: mapped.outcome }
  const operations = mapped.operations.map(({ id, hash: _, ensure = [], ...rest }) => {
    return [id, { ...rest, ensure: Object.fromEntries(ensure.map((one) => [`${one.kind}:${one.ref}`, one])) }]
  })
  return { ...Object.fromEntries(operations), ...(mapped.held.length > 0 && { held: mapped.held }) }
}
