import type { z } from 'zod'
import type { Problem } from '../../../shared/outcome.ts'
import type { FieldGroup } from '../../../shared/switches.ts'
import type { MappingContext } from '../context.ts'
import { map } from '../engine.ts'
import type { RuleSet } from '../rules.ts'

export type Body<T> = { ok: true; value: T } | { ok: false; problems: [Problem, ...Problem[]] }

/**
 * A record of Odoo as the body of a write to the storefront: the fields of the groups that are ours to write, and those that
 * belong to none. What the rules make of it is parsed, for a merchant's rule may say anything.
 */
export function bodyOf<T>(
  set: RuleSet,
  source: unknown,
  shape: z.ZodType<T>,
  context: MappingContext,
  written: ReadonlySet<FieldGroup>,
): Body<T> {
  const rules = set.rules.filter(({ group }) => group === undefined || written.has(group))
  const mapped = map({ ...set, rules }, source, context)
  if (!mapped.ok) return mapped
  const body = shape.safeParse(mapped.values)
  if (body.success) return { ok: true, value: body.data }
  const [first, ...others] = body.error.issues.map(
    ({ path, message }): Problem => ({
      code: 'invalid_value',
      field: `/${path.join('/')}`,
      message: `${path.join('.')} is nothing the storefront takes: ${message}.`,
      remedy: `Correct the rule for ${path[0] === undefined ? 'it' : String(path[0])}, or the value in Odoo, and replay.`,
    }),
  )
  if (!first) throw new Error('a body was refused without an issue')
  return { ok: false, problems: [first, ...others] }
}
