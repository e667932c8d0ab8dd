import type { components } from '../../../odoo-bridge/client/schema.d.ts'

type Schemas = components['schemas']
export type Problem = Schemas['Problem']

export type Difference = Schemas['Difference']

/** What a person compares. */
export interface Evidence {
  computed?: Schemas['Computed']
  differences?: Difference[]
}

/** Rolls one operation back and says why. */
export class Refused extends Error {
  readonly status: 'correct' | 'review'
  readonly problems: Problem[]
  readonly evidence: Evidence

  constructor(status: 'correct' | 'review', problems: Problem[], evidence: Evidence = {}) {
    super(problems[0]?.message)
    this.status = status
    this.problems = problems
    this.evidence = evidence
  }
}
