import { Decimal } from 'decimal.js'
import { DateTime } from 'luxon'
import { amount } from '../../../shared/money.ts'
import type { FieldDef } from './models.ts'
import type { Records, Stored } from './records.ts'

type Converted = { ok: true; value: Stored } | { ok: false; message: string }

/** A value from the wire in the form it is stored in, by the type of its field. `false` and null are "empty", as in Odoo. */
export function convert(records: Records, field: FieldDef, value: unknown): Converted {
  if (field.type === 'boolean') return typeof value === 'boolean' ? ok(value) : wrong(field, value)
  if (value === null || value === false) return ok(NUMERIC.has(field.type) ? '0' : null)
  switch (field.type) {
    case 'html':
      return typeof value === 'string' ? ok(value) : wrong(field, value)
    case 'char':
    case 'text':
      return typeof value === 'string' || typeof value === 'number' ? ok(String(value)) : wrong(field, value)
    case 'float':
    case 'monetary':
      return decimalOf(value) ?? wrong(field, value)
    case 'integer':
      return Number.isSafeInteger(Number(value)) ? ok(Number(value)) : wrong(field, value)
    case 'date':
      return instantOf(field, value, 10)
    case 'datetime':
      return instantOf(field, value, 19)
    case 'selection':
      return field.selection?.some(([key]) => key === value) ? ok(String(value)) : wrong(field, value)
    case 'json':
      return ok(JSON.stringify(value))
    case 'many2one':
      return reference(records, field, value)
    case 'one2many':
    case 'many2many':
      return wrong(field, value)
  }
}

const NUMERIC = new Set(['float', 'monetary', 'integer'])

const ok = (value: Stored): Converted => ({ ok: true, value })
const wrong = (field: FieldDef, value: unknown): Converted => ({
  ok: false,
  message: `Wrong value for ${field.string}: ${JSON.stringify(value)}`,
})

function decimalOf(value: unknown): Converted | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : ''
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? ok(amount(new Decimal(text)).toString()) : undefined
}

/** Any ISO 8601 instant, in UTC where it names no zone, as Odoo stores it. @param length 10 for a date, 19 with its time */
function instantOf(field: FieldDef, value: unknown, length: number): Converted {
  const parsed = typeof value === 'string' ? DateTime.fromISO(value.replace(' ', 'T'), { zone: 'utc' }) : undefined
  return parsed?.isValid ? ok(parsed.toFormat('yyyy-MM-dd HH:mm:ss').slice(0, length)) : wrong(field, value)
}

function reference(records: Records, field: FieldDef, value: unknown): Converted {
  if (typeof value !== 'number' || !field.relation) return wrong(field, value)
  if (records.get(field.relation, value)) return ok(value)
  return { ok: false, message: `Record does not exist or has been deleted. (${field.relation} ${value})` }
}
