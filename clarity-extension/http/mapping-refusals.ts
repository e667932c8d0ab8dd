import type { RuleFault } from '../mapping/lint.ts'
import type { History, Merge, Refused } from '../mapping/versions.ts'
import { Refusal } from './problem.ts'

/** Somebody else changed the same rules: both sides, part by part, and what a merged draft has to name. */
export class ConflictRefusal extends Refusal {
  override readonly more: { merge: Merge & { seen: number; base: number } }

  constructor({ message, merge }: Extract<Refused, { code: 'conflict' }>, { draft, live }: History) {
    super(409, 'conflict', message, 'Compare both, choose where they differ, and save again.')
    this.more = { merge: { ...merge, seen: draft?.revision ?? 0, base: live } }
  }
}

export class InvalidRulesRefusal extends Refusal {
  override readonly more: { faults: RuleFault[] }

  constructor(faults: RuleFault[]) {
    const [first] = faults
    super(400, 'invalid_rules', `${first?.at}: ${first?.message}`, 'Correct the rules that are named, then try again.')
    this.more = { faults }
  }
}

export const refusalOf = ({ code, message }: Exclude<Refused, { code: 'conflict' }>): Refusal =>
  new Refusal(code === 'no_such_version' ? 404 : 409, code, message, remedies[code])

export const noSuchMapping = (name: string): Refusal =>
  new Refusal(
    404,
    'no_such_mapping',
    `There is no mapping “${name.slice(0, 60)}”.`,
    'The list of mappings has the names.',
  )

export const noSuchVersion = (number: string | number): Refusal =>
  new Refusal(404, 'no_such_version', `There is no version ${number}.`, remedies.no_such_version)

const remedies = {
  no_draft: 'Reload the page: it was activated or thrown away meanwhile.',
  no_such_version: 'Choose one of the versions that the mapping lists.',
  already_live: 'There is nothing to do.',
  unchanged: 'Change a rule first, or throw the draft away.',
} as const
