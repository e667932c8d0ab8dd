import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Where Odoo's addon brings the code that the panel shows: odoo-bridge/openapi.yaml, `pairing`. */
export const PAIRING_DOOR = '/pairing/odoo'
/** Where the addon asks what the panel counts, signed as its events are. */
export const COUNTERS_DOOR = '/pairing/counters'
/** Webhook ids that begin so are no event of the merchant's: they prove that Odoo reaches the bridge, signed. */
export const HELLO = 'pair_'

/** What Odoo tells of itself. */
export const pairingRequest = z.object({
  code: z.string(),
  /** Where Odoo holds itself to be (`web.base.url`). */
  url: z.string(),
  database: z.string(),
  /** Odoo's `database.uuid`: the same database under another name or address is the same Odoo. */
  instance: z.string(),
  login: z.string(),
  key: z.string(),
  key_ends_at: z.iso.datetime(),
  module_version: z.string(),
  odoo_version: z.string(),
})
export type PairingRequest = z.infer<typeof pairingRequest>

export const pairingAnswer = z.object({
  webhook_url: z.string(),
  webhook_secret: z.string(),
  panel_url: z.string(),
})
export type PairingAnswer = z.infer<typeof pairingAnswer>

export const counters = z.object({
  waiting: z.int(),
  /** To be mended. */
  failed: z.int(),
  /** To be decided. */
  held: z.int(),
  delivered_last_hour: z.int(),
})
export type Counters = z.infer<typeof counters>

/** The id finds the code and may stand in a log; the secret, of 128 bits, is kept as its hash only. */
export interface CodeParts {
  id: string
  secret: string
}

const SECRET_BYTES = 16
const CODE = /^clarity-([0-9a-f]{8})-([\w-]{22})$/

/** @returns what a person pastes, and what is kept of it */
export function newCode(bridge: string): { text: string; id: string; hash: string } {
  const id = randomBytes(4).toString('hex')
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return { text: `clarity-${id}-${secret}@${bridge}`, id, hash: hashOf(secret) }
}

/** Without the bridge's address, as Odoo brings it. */
export function partsOf(text: string): CodeParts | undefined {
  const [, id, secret] = CODE.exec(text) ?? []
  return id && secret ? { id, secret } : undefined
}

/** In constant time. */
export const isSecretOf = (hash: string, secret: string): boolean =>
  timingSafeEqual(Buffer.from(hash, 'hex'), Buffer.from(hashOf(secret), 'hex'))

/** Plain: nobody finds 128 random bits again by trying. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
