import type { ZodError } from 'zod'
import type { Problem } from '../../shared/outcome.ts'

/** Every field that does not have the shape the contract promises, as problems a merchant can read. */
export function problemsOf(error: ZodError): [Problem, ...Problem[]] {
  const [first, ...rest] = error.issues.map(
    (issue): Problem => ({
      code: 'invalid_shape',
      field: `/${issue.path.join('/')}`,
      message: issue.message,
      remedy: 'Correct the value here, or in the storefront, and replay.',
    }),
  )
  return [first ?? { code: 'invalid_shape', message: error.message, remedy: 'Correct the record and replay.' }, ...rest]
}
