import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Problem } from '../../shared/outcome.ts'
import type { LookupTables } from '../mapping/lookups.ts'
import { sourceOf } from '../mapping/origins.ts'
import { asUnmapped } from '../mapping/unmapped.ts'
import { isObject, markerOf } from '../mapping/validate/marker.ts'
import { type Wanted, wantedRecords } from '../mapping/validate/wanted.ts'
import type { Part } from '../mapping/validate.ts'

/** Of values that are to be written, the records they name that Odoo does not have, or has twice. Empty where it cannot be asked. */
export type ExistingRecords = (parts: readonly Part[], lookups: LookupTables) => Promise<Problem[]>

const REQUESTS_PER_CALL = 50
const VALUES_PER_REQUEST = 200

/**
 * Asked for before an order is parked, and by a test or preview that writes nothing: so that a person sees everything at once. What
 * is delivered needs no such question, as Odoo looks every name up in the call that writes, and writes nothing where one is missing.
 */
export function existingRecords(odoo: Pick<OdooClient, 'choices'>): ExistingRecords {
  return async (parts, lookups) => {
    const wanted = parts.flatMap((part) => wantedRecords(part).map((one) => ({ ...one, part })))
    const kinds = [...Map.groupBy(wanted, ({ model, field }) => `${model} ${field}`).values()]
    const problems: Problem[] = []
    for (let from = 0; from < kinds.length; from += REQUESTS_PER_CALL) {
      const some = kinds.slice(from, from + REQUESTS_PER_CALL)
      const reply = await odoo.choices(some.map(requestFor))
      if (!reply.ok) return problems
      some.forEach((named, index) => {
        const answer = reply.value.choices[index]
        if (answer?.readable) problems.push(...named.flatMap((one) => problemOf(one, one.part, answer.items, lookups)))
      })
    }
    return problems
  }
}

function requestFor(named: Wanted[]) {
  const [first] = named
  const values = [...new Set(named.map(({ value }) => value))].slice(0, VALUES_PER_REQUEST)
  return { model: first?.model ?? '', field: first?.field ?? '', values, limit: VALUES_PER_REQUEST }
}

interface Choice {
  value: string
  active: boolean
  unique: boolean
  /** Null: every company's. */
  company: string | null
}

function problemOf(
  { target, model, field, value }: Wanted,
  part: Part,
  items: Choice[],
  lookups: LookupTables,
): Problem[] {
  const found = items.filter((item) => item.value === value)
  if (found.some(({ active, unique }) => active && unique) || toldApart(found, companyOf(part))) return []
  const source = sourceOf(part.origins ?? {}, target)
  const problem: Problem = {
    ...faultOf(found, model, `${field} “${value}”`),
    ...(source !== undefined && { field: source }),
    ...{ target, value },
  }
  return [asUnmapped(problem, part.asked ?? {}, lookups)]
}

/**
 * Two companies may call their taxes and journals alike: which is meant is decided by the record's company, where it is written. Where
 * that is the service user's own, it is not known here.
 */
function toldApart(found: Choice[], company: string | undefined): boolean {
  const active = found.filter((one) => one.active)
  const may = active.filter((one) => company === undefined || one.company === null || one.company === company)
  const shared = may.filter((one) => one.company === null)
  const companies = new Set(may.map((one) => one.company))
  return active.length > 1 && (may.length < 2 || (shared.length === 0 && companies.size === may.length))
}

/** Of what is written, by its name. */
function companyOf({ values }: Part): string | undefined {
  const { name, argument } = markerOf(values.company_id) ?? {}
  const by = name === '$find' && isObject(argument) && isObject(argument.by) ? argument.by.name : undefined
  return typeof by === 'string' ? by : undefined
}

function faultOf(found: Choice[], model: string, said: string): Pick<Problem, 'code' | 'message' | 'remedy'> {
  if (found.length === 0) {
    return {
      code: model === 'product.product' ? 'unknown_sku' : 'not_found',
      message: `Odoo has no ${model} with ${said}.`,
      remedy: 'Create it in Odoo, or map another, and replay.',
    }
  }
  if (found.some(({ active }) => active)) {
    const remedy = 'Make the value unique in Odoo, and replay.'
    return { code: 'ambiguous_match', message: `Several ${model} have ${said}.`, remedy }
  }
  const remedy = 'Unarchive it in Odoo, or map another, and replay.'
  return { code: 'archived', message: `The ${model} with ${said} is archived in Odoo.`, remedy }
}
