import type { Problem } from '../../../shared/outcome.ts'
import type { Mapped, Origins } from '../engine.ts'
import { digest } from '../order/digest.ts'
import type { Operation } from '../order/operation.ts'
import { visibleOrigins, visibleProblem } from '../order/visible.ts'
import { type MappedBy, mappedBy } from '../rule-sets.ts'
import type { RuleSet } from '../rules.ts'
import type { Part } from '../validate.ts'
import type { SharedMapped } from './shared.ts'

/** A record of master data as what is written to Odoo, or everything that is wrong with it. */
export type MasterMapped =
  | {
      ok: true
      operations: Operation[]
      /** The versions of the rules that made it. */
      by: MappedBy
      /** Of all that would be written; equal means nothing to do. */
      hash: string
      /** Made when it is asked for. By operation id: pointer into what is written -> pointer into the storefront's record. */
      origins: Record<string, Origins>
    }
  | {
      ok: false
      problems: [Problem, ...Problem[]]
      /** What went well: it is held against Odoo's fields, too, so that everything is said at once. */
      parts: Part[]
      sets: readonly RuleSet[]
    }

export interface MasterPart {
  mapped: Mapped | SharedMapped
  /** The rules that it was mapped with. */
  set: RuleSet
  /** Pointer of its values in the operation that carries it. */
  at?: string
  /** Id of the operation that carries it; the first one if not given. */
  operation?: string
  /** What was derived under one pointer, and where it stands in the storefront's record. */
  derived?: readonly [from: string, to: string]
}

/** @param faults of the record itself, before any rule */
export function masterMapped(operations: Operation[], parts: MasterPart[], faults: Problem[] = []): MasterMapped {
  const sets = [...new Set(parts.map(({ set }) => set))]
  const [first, ...others] = [...faults, ...parts.flatMap(problemsOf)]
  if (first) return { ok: false, problems: [first, ...others], parts: parts.map(written), sets }
  return {
    ok: true,
    operations,
    by: mappedBy(sets),
    hash: digest(operations.map(({ id, hash }) => `${id} ${hash}`)),
    get origins() {
      const all: Record<string, Origins> = {}
      for (const part of parts) {
        const { operation = operations[0]?.id ?? '' } = part
        all[operation] = { ...all[operation], ...originsOf(part) }
      }
      return all
    },
  }
}

const problemsOf = ({ mapped, at = '' }: MasterPart): Problem[] =>
  mapped.ok
    ? []
    : mapped.problems.map(({ target, ...problem }) =>
        visibleProblem(target === undefined ? problem : { ...problem, target: `${at}${target}` }),
      )

function originsOf({ mapped, at = '', derived: [from, to] = ['', ''] }: MasterPart): Origins {
  const sourceOf = (pointer: string) => (from && pointer.startsWith(from) ? to + pointer.slice(from.length) : pointer)
  return visibleOrigins(
    Object.fromEntries(Object.entries(mapped.origins).map(([target, source]) => [`${at}${target}`, sourceOf(source)])),
  )
}

function written(part: MasterPart): Part {
  const { mapped, set, at = '' } = part
  const asked = Object.entries(mapped.asked).map(([target, entry]) => [`${at}${target}`, entry])
  const values = mapped.ok && 'initial' in mapped ? { ...mapped.initial, ...mapped.values } : mapped.values
  return { model: set.model ?? '', values, origins: originsOf(part), asked: Object.fromEntries(asked), at }
}

/** The live rules of a set, or the delivered ones. */
export const ruleSetOf = (delivered: RuleSet, { sets }: { sets?: ReadonlyMap<string, RuleSet> }): RuleSet =>
  sets?.get(delivered.name) ?? delivered
