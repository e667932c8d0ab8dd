import type { Json } from '../mapping/json.ts'
import type { LookupTable, LookupTables } from '../mapping/lookups.ts'
import { type OdooRecord, type Sides, said, wishOf } from './choices.ts'
import type { EntryChange } from './entries.ts'

/** Why an entry cannot be. */
export interface EntryProblem {
  table: string
  key: string
  code:
    | 'no_such_table'
    | 'bad_value'
    | 'bad_result'
    | 'not_a_choice'
    | 'not_found'
    | 'archived'
    | 'ambiguous'
    | 'unreadable'
    | 'not_checked'
  message: string
  remedy: string
}

const LONGEST = 300

/** Every problem at once. What names a record must name one that exists, is active and is the only one of its name. */
export async function checkChanges(
  changes: readonly EntryChange[],
  tables: LookupTables,
  sides: Sides,
): Promise<EntryProblem[]> {
  const plain = changes.flatMap((change) => plainProblem(change, tables[change.table]) ?? [])
  if (plain.length > 0) return plain
  const named = changes.flatMap((change) => nameIn(change, tables[change.table]) ?? [])
  const problems: EntryProblem[] = []
  // As many as one call takes.
  for (let start = 0; start < named.length; start += 50) {
    const part = named.slice(start, start + 50)
    const answer = await sides.records(part.map(({ wish }) => wish))
    if (!answer.ok)
      return [
        {
          ...idOf(part[0]?.change),
          code: 'not_checked',
          message: `Odoo cannot say whether its records are there: ${said(answer.outcome)}`,
          remedy: 'Try again when Odoo answers.',
        },
      ]
    part.forEach(({ change, result }, index) => {
      const found = answer.value[index]
      const problem = recordProblem(result, found?.readable ?? false, found?.items ?? [])
      if (problem) problems.push({ ...idOf(change), ...problem })
    })
  }
  return problems
}

function plainProblem({ table, key, result }: EntryChange, known: LookupTable | undefined): EntryProblem | undefined {
  const problem = (code: EntryProblem['code'], message: string, remedy: string): EntryProblem => ({
    table,
    key,
    code,
    message,
    remedy,
  })
  if (!known) return problem('no_such_table', `There is no table “${table}”.`, 'Choose one of the tables listed.')
  if (key.trim() === '' || key.length > LONGEST || key.includes('\0'))
    return problem('bad_value', `A value is a text of 1 to ${LONGEST} characters.`, 'Correct the value.')
  if (result === undefined || result === null) return undefined
  if (
    typeof result === 'boolean' ||
    Array.isArray(result) ||
    result === '' ||
    (typeof result === 'number' && !Number.isInteger(result))
  )
    return problem('bad_result', `“${JSON.stringify(result)}” names nothing.`, 'Give a text, or the id of a record.')
  if (typeof result === 'string' && (result.length > LONGEST || result.includes('\0')))
    return problem('bad_result', `A result is a text of at most ${LONGEST} characters.`, 'Shorten it.')
  if (typeof result === 'object' && !isFind(result))
    return problem('bad_result', 'An object must be a “$find”.', 'Give a text, or the id of a record.')
  const { target } = known
  if (target?.kind === 'choice' && !target.values.some((value) => value === result))
    return problem(
      'not_a_choice',
      `“${String(result)}” is not one of ${target.values.join(', ')}.`,
      'Choose one of them.',
    )
  if (target === undefined && typeof result !== 'string')
    return problem('bad_result', 'This table takes text.', 'Give the text.')
  return undefined
}

/** A `$find` says itself what it looks for; it is looked up with the record that needs it. */
function nameIn(change: EntryChange, known: LookupTable | undefined) {
  const { result, key } = change
  if (known?.target?.kind !== 'record' || (typeof result !== 'string' && typeof result !== 'number')) return undefined
  const country = key === '*' ? undefined : key
  return { change, result, wish: { ...wishOf(known.target, country), values: [result] } }
}

function recordProblem(
  result: string | number,
  readable: boolean,
  items: readonly OdooRecord[],
): Omit<EntryProblem, 'table' | 'key'> | undefined {
  const hits = items.filter((item) => (typeof result === 'number' ? item.id === result : item.value === result))
  const active = hits.filter((item) => item.active)
  const named = typeof result === 'number' ? `id ${result}` : `“${result}”`
  if (!readable)
    return {
      code: 'unreadable',
      message: 'The service user may not read such records in Odoo, so no mapping could use this entry.',
      remedy: 'Give the service user the right in Odoo (for journals: Service User, with Invoices and Payments).',
    }
  if (hits.length === 0)
    return { code: 'not_found', message: `Odoo has no record ${named} here.`, remedy: 'Search for it and choose one.' }
  if (active.length === 0)
    return {
      code: 'archived',
      message: `${named} is archived in Odoo.`,
      remedy: 'Unarchive it in Odoo, or choose another.',
    }
  if (active.length > 1 || (typeof result === 'string' && !active[0]?.unique))
    return {
      code: 'ambiguous',
      message: `Several records of Odoo are called ${named}.`,
      remedy: 'Choose one from the list (its id is stored), or make the names different in Odoo.',
    }
  return undefined
}

const isFind = (result: Record<string, Json | undefined>): boolean =>
  Object.keys(result).length === 1 && typeof result.$find === 'object'

const idOf = (change: EntryChange | undefined) => ({ table: change?.table ?? '', key: change?.key ?? '' })
