import type { Cause } from './causes/cause.ts'
import { connectionCauses } from './causes/connection.ts'
import { recordCauses } from './causes/record.ts'
import { reviewCauses } from './causes/review.ts'
import { skipCauses } from './causes/skip.ts'
import { transientCauses } from './causes/transient.ts'

export type { Cause, CauseClass, MendedIn } from './causes/cause.ts'

/**
 * Every cause code there is, and what it means: the one source of docs/causes.md, of the panel's and the API's remedies, and of
 * what alerts say. A code that is not here does not exist: a test reads the sources and finds every code that is emitted.
 */
export const causes = {
  ...connectionCauses,
  ...transientCauses,
  ...recordCauses,
  ...reviewCauses,
  ...skipCauses,
} satisfies Record<string, Cause>

export type CauseCode = keyof typeof causes

/** A lookup table's own code, `unmapped_<table>`, is one family. */
export function causeOf(code: string): Cause | undefined {
  if (Object.hasOwn(causes, code)) return causes[code as CauseCode]
  return code.startsWith('unmapped_') ? causes.unmapped : undefined
}

/** What to do about a cause, where the problem itself does not say it more exactly. */
export function remedyOf(code: string | null | undefined): string {
  const cause = code ? causeOf(code) : undefined
  return cause?.remedy ?? 'Open the newest event to see what was sent and answered. Mend the cause, then replay.'
}
