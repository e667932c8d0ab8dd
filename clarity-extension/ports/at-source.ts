import { correct, type Failure, type Problem } from '../../shared/outcome.ts'
import type { Origins } from '../mapping/engine.ts'
import { sourceOf } from '../mapping/origins.ts'

/** Odoo names the field it refuses; a merchant knows the storefront's. */
export function atSource(outcome: Failure, origins: Origins | undefined): Failure {
  if (outcome.kind !== 'correct' || !origins) return outcome
  const [first, ...others] = outcome.problems.map((problem): Problem => {
    const field = problem.field ?? (problem.target && sourceOf(origins, problem.target))
    return field ? { ...problem, field } : problem
  })
  return first ? correct(first, ...others) : outcome
}
