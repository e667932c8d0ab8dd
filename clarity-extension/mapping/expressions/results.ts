import { z } from 'zod'
import type { ExpressionResult } from '../context.ts'
import type { Json } from '../json.ts'
import type { ExpressionLimits } from './limits.ts'

// What was read from JSON text is JSON: to walk through every value once more would prove nothing.
const json = z.custom<Json>((value) => value !== undefined)
const reply = z.array(z.array(z.union([z.object({ value: json }), z.object({ error: z.string() })])))
type Raw = z.infer<typeof reply>[number][number]

/** What came back over the border, per record and job, is as little trusted as any other input. */
export function readResults(text: string, limits: ExpressionLimits): ExpressionResult[][] {
  const parsed = reply.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data.map((unit) => unit.map((one) => readResult(one, limits))) : []
}

function readResult(one: Raw, limits: ExpressionLimits): ExpressionResult {
  if ('error' in one) return failed('expression_failed', `The expression failed: ${one.error}`)
  if (isLong(one.value, limits)) return failed('expression_too_large', 'The result of the expression is too large.')
  return isExact(one.value) ? { ok: true, value: one.value } : failed('expression_inexact', inexact)
}

const isLong = (value: Json, { characters }: ExpressionLimits): boolean =>
  typeof value === 'string'
    ? value.length > characters
    : typeof value === 'object' && JSON.stringify(value).length > characters

const inexact =
  'The expression gives a number with decimals, which is not exact. Compute it by $add, $subtract, $multiply, $divide or $roundTo, which take and give text.'

function isExact(value: Json): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every((one) => one === undefined || isExact(one))
}

const failed = (code: string, message: string): ExpressionResult => ({ ok: false, code, message })

export const tooLong = ({ timeMs }: ExpressionLimits): ExpressionResult =>
  failed('expression_too_long', `The expression ran longer than ${timeMs} ms and was stopped.`)

export const tooMuch = ({ memoryMb }: ExpressionLimits): ExpressionResult =>
  failed('expression_too_large', `The expression needed more than ${memoryMb} MB and was stopped.`)
