import { createHmac, createSecretKey, type KeyObject, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'

/**
 * Standard Webhooks 1.0.0 (https://www.standardwebhooks.com). The signed text is `{id}.{timestamp}.{raw body}` over the
 * bytes as they came. The `standardwebhooks` package decodes the body to a string first and accepts timestamps such as
 * `161abc`; we sign and verify the raw bytes and keep the package as the yardstick our tests compare with.
 */
export interface SignedHeaders {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
}

export type SignatureFault = 'missing_header' | 'bad_timestamp' | 'too_old' | 'too_new' | 'bad_signature'

/** Seconds a timestamp may be off, either way. */
export const TOLERANCE_SECONDS = 300

/**
 * @param secrets every secret that is valid now (several while one is being rotated), `whsec_` + base64
 * @param nowSeconds unix seconds of the receiver's clock
 * @returns undefined when one signature matches one secret, else what is wrong
 */
export function verifySignature(
  body: Buffer,
  headers: Record<string, string | string[] | undefined>,
  secrets: readonly string[],
  nowSeconds: number,
): SignatureFault | undefined {
  const id = single(headers['webhook-id'])
  const timestamp = single(headers['webhook-timestamp'])
  const signatures = single(headers['webhook-signature'])
  if (!id || !timestamp || !signatures) return 'missing_header'
  if (!/^\d{1,12}$/.test(timestamp)) return 'bad_timestamp'
  const age = nowSeconds - Number(timestamp)
  if (age > TOLERANCE_SECONDS) return 'too_old'
  if (age < -TOLERANCE_SECONDS) return 'too_new'
  const given = signatures.split(' ').filter((part) => part.startsWith('v1,'))
  const expected = secrets.map((secret) => Buffer.from(signatureOf(secret, id, timestamp, body)))
  let matches = 0
  for (const part of given) for (const candidate of expected) matches += equal(Buffer.from(part), candidate)
  return matches > 0 ? undefined : 'bad_signature'
}

/** Headers for one attempt to deliver `body`; a retry keeps `id` and takes a new timestamp. */
export function signHeaders(body: Buffer, secrets: readonly string[], id: string, nowSeconds: number): SignedHeaders {
  const timestamp = String(Math.floor(nowSeconds))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => signatureOf(secret, id, timestamp, body)).join(' '),
  }
}

/** A fresh secret: 32 random bytes, within the 24 to 64 the standard asks for. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

export const newWebhookId = (): string => `msg_${randomUUID().replaceAll('-', '')}`

/** Whether a text is a usable secret: `whsec_` + base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  const match = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)
  const bytes = match?.[1] ? Buffer.from(match[1], 'base64').length : 0
  return bytes >= 24 && bytes <= 64
}

function signatureOf(secret: string, id: string, timestamp: string, body: Buffer): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/** A key given as bytes is made anew for every signature, at four times the cost of the signature. */
const keys = new Map<string, KeyObject>()
const MOST_KEYS = 64

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret)
  if (known) return known
  if (keys.size >= MOST_KEYS) keys.clear()
  const key = createSecretKey(secret.replace(/^whsec_/, ''), 'base64')
  keys.set(secret, key)
  return key
}

function equal(a: Buffer, b: Buffer): number {
  return a.length === b.length && timingSafeEqual(a, b) ? 1 : 0
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)
