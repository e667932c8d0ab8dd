import { z } from 'zod'

/** A parameter that need not be there. What is empty is not asked for. */
export const given = <T extends z.ZodType>(shape: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), shape.optional())

/** Where a list goes on: an id that the page before ended with. */
export const cursor = z
  .string()
  .regex(/^\d{1,15}$/, 'is not a cursor that this list gave')
  .transform(Number)

/** Rows of a page. */
export const limit = z.coerce.number().int().min(1).max(200)
