import { z } from 'zod'
import { decimal, instant } from '../../shared/entities.ts'
import type { Reply } from './call.ts'
import { unexpected } from './call.ts'

/** What became of one row of a bulk. A stale row says what the storefront holds instead. */
export type InventoryResult =
  | { status: 'ok' }
  | { status: 'stale'; quantity?: string | undefined; asOf?: string | undefined }
  | { status: 'rejected'; code: string; message: string; field?: string | undefined }

/** At most this many rows in one call. */
export const BULK_LIMIT = 500

export const bulkAnswer = z.object({
  results: z.array(
    z.discriminatedUnion('status', [
      z.object({ index: z.int(), status: z.literal('ok') }),
      z.object({ index: z.int(), status: z.literal('stale'), quantity: decimal.optional(), asOf: instant.optional() }),
      z.object({
        index: z.int(),
        status: z.literal('rejected'),
        code: z.string().default('rejected'),
        message: z.string().default('The storefront gives no reason'),
        field: z.string().optional(),
      }),
    ]),
  ),
})

/** The results in the order of the rows: an answer that does not match them, row by row, is not trusted. */
export function inRowOrder(reply: Reply<z.infer<typeof bulkAnswer>>, rows: number): Reply<InventoryResult[]> {
  if (!reply.ok) return reply
  const { results } = reply.value
  if (results.length === rows && results.every(({ index }, i) => index === i)) {
    return { ok: true, value: results.map(({ index: _, ...result }) => result) }
  }
  const message = `${results.length} results for ${rows} rows, or not in their order`
  return {
    ok: false,
    outcome: unexpected(
      'putInventory',
      new z.ZodError([{ code: 'custom', path: ['results'], message, input: results }]),
    ),
  }
}
