import type { z } from 'zod'
import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { OdooError } from './error.ts'
import { criteria, fieldAt, labelOf } from './lookup.ts'
import { fieldsOf } from './models.ts'
import type { Records, Row } from './records.ts'
import type { requests } from './requests.ts'

type Wish = z.infer<typeof requests.choices>['requests'][number]
type Choices = components['schemas']['Choices']

/** What a value may be mapped to. A model the stand-in does not have is one that its user may not read. */
export function choicesOf(records: Records, { model, field, where, search, values, limit }: Wish): Choices {
  const fields = fieldsOf(model)
  if (!fields) return { readable: false, total: 0, items: [] }
  if (!fields[field]) throw new OdooError('odoo.exceptions.UserError', `${model} has no text ${field} to choose by.`)
  const unknown = Object.keys(where).find((path) => !fieldAt(model, path.split('.')))
  if (unknown) throw new OdooError('odoo.exceptions.UserError', `where names a field that ${model} does not have.`)
  const alternatives = combinations(where)
    .map((by) => criteria(records, model, by))
    .filter((by) => by !== undefined)
  const active = alternatives.flatMap((by) => records.find(model, by))
  const among = values.length > 0 ? alternatives.flatMap((by) => records.find(model, by, { archived: true })) : active
  const wanted = among.filter((row) => (values.length > 0 ? isNamed(row) : contains(row)))
  wanted.sort((a, b) => (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : a.id - b.id))
  return { readable: true, total: wanted.length, items: wanted.slice(0, limit).map(choiceOf) }

  function textOf(row: Row): string {
    return String(row[field] ?? '')
  }

  function isNamed(row: Row): boolean {
    return values.some((value) => value === row.id || String(value) === textOf(row))
  }

  function contains(row: Row): boolean {
    return `${textOf(row)}\n${row.name ?? ''}`.toLowerCase().includes(search.toLowerCase())
  }

  function choiceOf(row: Row): Choices['items'][number] {
    const { company_id } = row
    const company = typeof company_id === 'number' ? records.get('res.company', company_id) : undefined
    return {
      id: row.id,
      value: textOf(row),
      name: String(row.name ?? labelOf(row)),
      company: company ? String(company.name) : null,
      active: row.active !== false,
      unique: active.filter((other) => textOf(other) === textOf(row)).length === 1,
    }
  }
}

/** A list stands for any one of its values. */
function combinations(where: Record<string, unknown>): Record<string, unknown>[] {
  let all: Record<string, unknown>[] = [{}]
  for (const [path, value] of Object.entries(where)) {
    all = all.flatMap((by) => [value].flat().map((one: unknown) => ({ ...by, [path]: one })))
  }
  return all
}
