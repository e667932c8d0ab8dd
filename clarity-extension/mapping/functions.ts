import type { MappingContext } from './context.ts'
import { type Conversion, type Converted, converted, refuse } from './functions/conversion.ts'
import { dateFunctions } from './functions/dates.ts'
import { listFunctions } from './functions/lists.ts'
import { numberFunctions } from './functions/numbers.ts'
import { placeFunctions } from './functions/places.ts'
import { textFunctions } from './functions/text.ts'
import type { Json } from './json.ts'
import type { Step } from './rules.ts'

/** Every conversion that a rule may name. */
export const conversions: Record<string, Conversion> = {
  ...textFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...placeFunctions,
  ...listFunctions,
}

/** Runs the steps one after another. A list that reaches a conversion of single values is not taken apart. */
export function convert(value: Json, steps: readonly Step[], context: MappingContext): Converted {
  let current: Json = value
  for (const ready of allPrepared(steps)) {
    if (!ready.ok) return refuse('bad_rule', ready.message, 'Correct the rule.')
    const result = ready.conversion.convert(current, ready.args, context)
    if (!result.ok) return result
    current = result.value
  }
  return converted(current)
}

const preparedLists = new WeakMap<readonly Step[], Prepared[]>()

function allPrepared(steps: readonly Step[]): Prepared[] {
  const known = preparedLists.get(steps)
  if (known) return known
  const list = steps.map(prepare)
  preparedLists.set(steps, list)
  return list
}

export type Prepared = { ok: true; conversion: Conversion; args: unknown } | { ok: false; message: string }

const preparedSteps = new WeakMap<object, Prepared>()
const preparedNames = new Map<string, Prepared>()

/** Finds the conversion and checks its arguments, once per step. */
export function prepare(step: Step): Prepared {
  const known = typeof step === 'string' ? preparedNames.get(step) : preparedSteps.get(step)
  if (known) return known
  const prepared = check(step)
  if (typeof step !== 'string') preparedSteps.set(step, prepared)
  else if (prepared.ok) preparedNames.set(step, prepared)
  return prepared
}

function check(step: Step): Prepared {
  const { do: name, ...args } = typeof step === 'string' ? { do: step } : step
  const found = Object.hasOwn(conversions, name) ? conversions[name] : undefined
  if (!found) return { ok: false, message: `there is no conversion called “${name}”` }
  const parsed = found.args.safeParse(args)
  if (parsed.success) return { ok: true, conversion: found, args: parsed.data }
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'arguments'} ${message}`)
  return { ok: false, message: `the conversion “${name}” cannot work like this: ${faults.join('; ')}` }
}
