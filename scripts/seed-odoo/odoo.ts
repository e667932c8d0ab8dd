import { z } from 'zod'
import { createOdooClient } from '../../odoo-bridge/client/client.ts'

/** Calls as an administrator; a refusal throws, for a seed has nobody to report to. */
export interface Odoo {
  call(model: string, method: string, body?: Record<string, unknown>): Promise<unknown>
  search<S extends z.ZodRawShape>(
    model: string,
    domain: unknown[],
    fields: S,
  ): Promise<z.infer<z.ZodObject<S & { id: z.ZodInt }>>[]>
  /** @returns the ids, in the order of `values` */
  create(model: string, values: Record<string, unknown>[], context?: Record<string, unknown>): Promise<number[]>
  write(model: string, ids: number[], values: Record<string, unknown>): Promise<void>
}

export function odooAsAdmin({ url, db, apiKey }: { url: string; db: string; apiKey: string }): Odoo {
  const client = createOdooClient({ url, db, apiKey, transport: 'json2' })

  async function call(model: string, method: string, body: Record<string, unknown> = {}): Promise<unknown> {
    const reply = await client.call(model, method, body)
    if (reply.ok) return reply.value
    const { outcome } = reply
    const reason = outcome.kind === 'correct' ? outcome.problems[0].message : outcome.message
    throw new Error(`${model}.${method}: ${reason}`)
  }

  return {
    call,
    async search(model, domain, fields) {
      const rows = await call(model, 'search_read', { domain, fields: Object.keys(fields), order: 'id', load: null })
      return z.array(z.object({ ...fields, id: z.int() })).parse(rows)
    },
    async create(model, values, context = {}) {
      if (values.length === 0) return []
      return z.array(z.int()).parse(await call(model, 'create', { vals_list: values, context }))
    },
    async write(model, ids, values) {
      if (ids.length > 0) await call(model, 'write', { ids, vals: values })
    },
  }
}

/** Odoo says `false` for no text. */
export const text = z.union([z.string(), z.literal(false)]).transform((value) => value || undefined)
