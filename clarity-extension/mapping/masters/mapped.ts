import type { Problem } from '../../../shared/outcome.ts'
import type { Mapped, Origins } from '../engine.ts'
import { digest } from '../order/digest.ts'
import type { Operation } from '../order/operation.ts'
import { visibleOrigins, visibleProblem } from '../order/visible.ts'
import { type MappedBy, mappedBy } from '../rule-sets.ts'
import type { RuleSet } from '../rules.ts'
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
  | { ok: false; problems: [Problem, ...Problem[]] }

export interface MasterPart {
  mapped: Mapped | SharedMapped
  /** Pointer of its values in the operation that carries it. */
  at?: string
  /** Id of the operation that carries it; the first one if not given. */
  operation?: string
  /** What was derived under one pointer, and where it stands in the storefront's record. */
  derived?: readonly [from: string, to: string]
}

/** @param sets that the parts were mapped with */
export function masterMapped(
  operations: Operation[],
  parts: MasterPart[],
  sets: readonly RuleSet[] = [],
): MasterMapped {
  const [first, ...others] = parts.flatMap(({ mapped }) => (mapped.ok ? [] : mapped.problems.map(visibleProblem)))
  if (first) return { ok: false, problems: [first, ...others] }
  return {
    ok: true,
    operations,
    by: mappedBy(sets),
    hash: digest(operations.map(({ id, hash }) => `${id} ${hash}`)),
    get origins() {
      const all: Record<string, Origins> = {}
      for (const { mapped, at = '', operation = operations[0]?.id ?? '', derived: [from, to] = ['', ''] } of parts) {
        if (!mapped.ok) continue
        const sourceOf = (pointer: string) =>
          from && pointer.startsWith(from) ? to + pointer.slice(from.length) : pointer
        const placed = Object.entries(mapped.origins).map(([target, source]) => [`${at}${target}`, sourceOf(source)])
        all[operation] = { ...all[operation], ...visibleOrigins(Object.fromEntries(placed)) }
      }
      return all
    },
  }
}

/** The live rules of a set, or the delivered ones. */
export const ruleSetOf = (delivered: RuleSet, { sets }: { sets?: ReadonlyMap<string, RuleSet> }): RuleSet =>
  sets?.get(delivered.name) ?? delivered
