import { z } from 'zod'
import type { Problem } from '../../shared/outcome.ts'

/** What an event keeps of an outcome that a person can correct: its details. */
export const problemList: z.ZodType<Problem[]> = z.array(
  z.object({
    code: z.string(),
    field: z.string().optional(),
    target: z.string().optional(),
    value: z.string().optional(),
    message: z.string(),
    remedy: z.string(),
  }),
)
