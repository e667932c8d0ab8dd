import { z } from 'zod'
import { isSecret } from '../../shared/signature.ts'

/** How a side is reached. The secrets that its webhooks are signed with stand beside: several are valid at once. */
export type ClaritySettings = z.infer<typeof claritySettings>
export type OdooSettings = z.infer<typeof odooSettings>

const webAddress = (example: string) =>
  z.url({ protocol: /^https?$/, error: `Enter the whole address, e.g. ${example}` }).max(500)
const text = (what: string) => z.string(`Enter ${what}.`).trim().min(1, `Enter ${what}.`).max(500)

export const claritySettings = z.strictObject({
  baseUrl: webAddress('https://shop.example.com/api/v1'),
  tokenUrl: webAddress('https://shop.example.com/oauth/token'),
  clientId: text('the client id'),
  clientSecret: text('the client secret'),
})

export const odooSettings = z.strictObject({
  url: webAddress('https://erp.example.com'),
  db: text('the name of the database'),
  login: text('the login of the service user').optional(),
  apiKey: text('the API key'),
  transport: z.enum(['json2', 'jsonrpc', 'auto'], 'Choose json2, jsonrpc or auto.'),
})

/** A secret that webhooks of a side may be signed with. */
const heldSecret = z.object({
  secret: z.string().refine(isSecret),
  /** Unix ms from when on it is no longer accepted; null: until it is replaced. */
  until: z.number().nullable(),
})
export type HeldSecret = z.infer<typeof heldSecret>

/** What is known of the key in use, and of the one that it replaces. */
const keyFacts = z.object({
  madeAt: z.number(),
  /** Unix ms; null: it does not end by itself. */
  endsAt: z.number().nullable(),
  /** Replaced and still valid until then. Its first characters are how Odoo finds it. */
  previous: z.object({ index: z.string(), endsAt: z.number() }).nullable(),
})
export type KeyFacts = z.infer<typeof keyFacts>

/** What stands in the store of one side. */
export const storedOf = <S extends z.ZodObject>(settings: S) =>
  z.object({
    settings,
    secrets: z.array(heldSecret),
    key: keyFacts.nullable(),
    /** What the environment said when it was last asked: where it says something else, that is a change. */
    given: z.object({ settings: z.record(z.string(), z.unknown()), secrets: z.array(z.string()) }),
  })

export interface Stored<S> {
  settings: S
  secrets: HeldSecret[]
  key: KeyFacts | null
  given: { settings: Record<string, unknown>; secrets: string[] }
}
