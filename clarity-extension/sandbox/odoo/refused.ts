import type { components } from '../../../odoo-bridge/client/schema.d.ts'

type Schemas = components['schemas']
export type Problem = Schemas['Problem']

/** Rolls one operation back and says why. */
export class Refused extends Error {
  readonly status: 'correct' | 'review'
  readonly problems: Problem[]
  readonly computed: Schemas['Computed'] | undefined

  constructor(status: 'correct' | 'review', problems: Problem[], computed?: Schemas['Computed']) {
    super(problems[0]?.message)
    this.status = status
    this.problems = problems
    this.computed = computed
  }
}
