import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'

/** Webhook secrets that the storefront gave us, sealed in the store. The door asks for them at every request. */
export interface KeptSecrets {
  /** Those that are valid now, the newest first. */
  all(): readonly string[]
  keep(secret: string): Promise<void>
  /** There is one, and this process cannot read it. */
  isLost(): Promise<boolean>
  /** Looks again: another replica may have made one. */
  load(): Promise<void>
}

const KEY = 'sealed:clarity_webhook'
/** The newest and the one before it: both sign while one is being rotated. */
const MOST = 2

/** @param secretKey SECRET_KEY: whoever has the store alone cannot read them */
export function keptSecrets(db: Kysely<Tables>, secretKey: string, now: () => number = Date.now): KeptSecrets {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'webhook secrets', 32))
  let known: string[] = []

  const stored = async () =>
    (await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst())?.value

  return {
    all: () => known,
    async load() {
      const sealed = await stored()
      if (sealed) known = opened(sealed, key) ?? []
    },
    async isLost() {
      const sealed = await stored()
      return sealed !== undefined && opened(sealed, key) === undefined
    },
    async keep(secret) {
      known = [secret, ...known.filter((one) => one !== secret)].slice(0, MOST)
      const row = { value: seal(JSON.stringify(known), key), updated_at: now() }
      await db
        .insertInto('settings')
        .values({ key: KEY, ...row })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
        .execute()
    },
  }
}

const CIPHER = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

function seal(text: string, key: Buffer): string {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(CIPHER, key, nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** Undefined: sealed with another key, or damaged. */
function opened(text: string, key: Buffer): string[] | undefined {
  const bytes = Buffer.from(text, 'base64')
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE))
  decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()])
    const list: unknown = JSON.parse(plain.toString('utf8'))
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : undefined
  } catch {
    return undefined
  }
}
