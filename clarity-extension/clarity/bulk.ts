import { z } from 'zod'
import { type Reply, unexpected } from './call.ts'
import { BULK_LIMIT } from './inventory.ts'

/** What became of one row of a bulk of upserts. */
export type UpsertResult =
  | { status: 'ok'; id: string }
  | { status: 'rejected'; code: string; message: string; field?: string | undefined }

export const upsertAnswer = z.object({
  results: z.array(
    z.discriminatedUnion('status', [
      z.object({ index: z.int(), status: z.literal('ok'), id: z.string() }),
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

/**
 * Sends rows and gives their results in the same order; an answer that does not match them, row by row, is not trusted.
 * @param rows at most 500
 */
export async function upsertRows<Row>(
  name: string,
  rows: readonly Row[],
  send: (body: { rows: Row[] }) => Promise<Reply<z.infer<typeof upsertAnswer>>>,
): Promise<Reply<UpsertResult[]>> {
  if (rows.length > BULK_LIMIT) throw new RangeError(`${name} takes at most ${BULK_LIMIT} rows, not ${rows.length}`)
  if (rows.length === 0) return { ok: true, value: [] }
  const reply = await send({ rows: [...rows] })
  if (!reply.ok) return reply
  const { results } = reply.value
  if (results.length === rows.length && results.every(({ index }, place) => index === place)) {
    return { ok: true, value: results.map(({ index: _, ...result }) => result) }
  }
  const message = `${results.length} results for ${rows.length} rows, or not in their order`
  const error = new z.ZodError([{ code: 'custom', path: ['results'], message, input: results }])
  return { ok: false, outcome: unexpected(name, error) }
}
