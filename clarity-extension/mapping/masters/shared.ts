import type { Problem } from '../../../shared/outcome.ts'
import type { FieldGroup } from '../../../shared/switches.ts'
import type { MappingContext } from '../context.ts'
import { type Asked, map, type Origins } from '../engine.ts'
import type { Json } from '../json.ts'
import type { Rule, RuleSet } from '../rules.ts'

/** Field groups that this side writes. */
export type Written = ReadonlySet<FieldGroup>

export type SharedMapped =
  | {
      ok: true
      values: Record<string, Json>
      /** What only a new record gets. */
      initial: Record<string, Json>
      match?: Record<string, Json>
      origins: Origins
      asked: Asked
    }
  | {
      ok: false
      problems: [Problem, ...Problem[]]
      /** Of the rules that went well, those of a new record among them. */
      values: Record<string, Json>
      origins: Origins
      asked: Asked
    }

/** A new record takes these from whoever makes it, also where the other side is their record afterwards. */
const GIVEN_AT_BIRTH: readonly FieldGroup[] = ['content', 'price']

/**
 * Maps a record of which each side may own a part: what is ours is written, what is the other side's (or marked `once`) is given
 * to a new record only, or not at all.
 */
export function mapShared(
  set: RuleSet,
  source: unknown,
  context: MappingContext,
  written: Written,
  base = '',
): SharedMapped {
  const always = map({ ...set, rules: set.rules.filter((rule) => isWritten(rule, written)) }, source, context, base)
  const { match: _, ...unmatched } = set
  const birth = map({ ...unmatched, rules: set.rules.filter((rule) => isBirth(rule, written)) }, source, context, base)
  const [first, ...others] = [always, birth].flatMap((one) => (one.ok ? [] : one.problems))
  if (first || !always.ok || !birth.ok) {
    if (!first) throw new Error(`${set.name} failed without a problem`)
    return {
      ok: false,
      problems: [first, ...others],
      values: { ...birth.values, ...always.values },
      get origins() {
        return { ...birth.origins, ...always.origins }
      },
      get asked() {
        return { ...birth.asked, ...always.asked }
      },
    }
  }
  const { values, match } = always
  return {
    ok: true,
    values,
    initial: birth.values,
    ...(match && { match }),
    get origins() {
      return { ...birth.origins, ...always.origins }
    },
    get asked() {
      return { ...birth.asked, ...always.asked }
    },
  }
}

const isWritten = ({ once, group }: Rule, written: Written): boolean =>
  !once && (group === undefined || written.has(group))

const isBirth = (rule: Rule, written: Written): boolean => {
  if (isWritten(rule, written)) return false
  return rule.group === undefined || GIVEN_AT_BIRTH.includes(rule.group) || written.has(rule.group)
}
