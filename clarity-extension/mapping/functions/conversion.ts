import type { z } from 'zod'
import type { MappingContext, Refusal } from '../context.ts'
import type { Json } from '../json.ts'

/** A conversion that a rule may name. Pure. `examples` are its documentation and its tests. */
export interface Conversion {
  about: string
  args: z.ZodType
  examples: Example[]
  /** @param args as `args` parsed them */
  convert(value: Json, args: unknown, context: MappingContext): Converted
}

export interface Example {
  from: Json
  args?: Record<string, Json>
  to: Json
  /** Set when the conversion refuses instead. */
  refused?: string
}

export type Converted = { ok: true; value: Json } | ({ ok: false } & Refusal)

export const converted = (value: Json): Converted => ({ ok: true, value })
export const refuse = (code: string, message: string, remedy: string): Converted => ({
  ok: false,
  code,
  message,
  remedy,
})

/** Ties the shape of the arguments to the function that takes them. */
export function conversion<Args extends z.ZodType>(definition: {
  about: string
  args: Args
  examples: Example[]
  convert(value: Json, args: z.infer<Args>, context: MappingContext): Converted
}): Conversion {
  return definition
}

/** A conversion of text; numbers and booleans are taken as their text, anything else is refused. */
export const ofText =
  <Args>(change: (text: string, args: Args, context: MappingContext) => Converted | Json) =>
  (value: Json, args: Args, context: MappingContext): Converted => {
    if (typeof value === 'object' && value !== null)
      return refuse('invalid_type', 'is not a text', 'Map a single value.')
    const result = change(String(value ?? ''), args, context)
    return isConverted(result) ? result : converted(result)
  }

/** No conversion gives an object with a field `ok` as its value. */
export const isConverted = (result: Converted | Json): result is Converted =>
  typeof result === 'object' && result !== null && !Array.isArray(result) && typeof result.ok === 'boolean'
