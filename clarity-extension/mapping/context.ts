import type { Problem } from '../../shared/outcome.ts'
import type { Json } from './json.ts'
import type { LookupTables } from './lookups.ts'
import type { RuleSet } from './rules.ts'

/** Everything a mapping may know besides the record. It has no clock and no environment of its own. */
export interface MappingContext {
  lookups: LookupTables
  company: {
    /** ISO 4217. */
    currency: string
    /** IANA name; days (payments, invoices) are this place's. UTC if not given. */
    timezone?: string
  }
  /** ISO 8601; only rules that read `$now` need it. */
  now?: string
  constants?: Record<string, Json>
  /** What the JSONata rules of this record gave, evaluated beforehand by expressions/pool.ts. */
  expressions?: ExpressionResults
  /** Told of every record that is mapped: its expressions can then be run (expressions/mapped.ts). */
  met?(set: RuleSet, source: unknown, base: string): void
}

/** By expressionKey(): the text of the expression and the place it looks at. */
export type ExpressionResults = ReadonlyMap<string, ExpressionResult>
export type ExpressionResult = { ok: true; value: Json | undefined } | { ok: false; code: string; message: string }

export const expressionKey = (expression: string, pointer: string): string => `${pointer}\n${expression}`

export type Refusal = Pick<Problem, 'code' | 'message' | 'remedy'>
