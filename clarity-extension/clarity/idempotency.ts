import { createHash } from 'node:crypto'

/** Any fixed UUID would do; it keeps our keys apart from every other v5 UUID (RFC 9562, 5.5). */
const NAMESPACE = Buffer.from('6f0c1a5e1d1b4b6e9a530d5d6d1c7a11', 'hex')

/**
 * The storefront wants a UUID, a flow has a meaning, e.g. `picking:42`. The same meaning gives the same key on every
 * attempt and in every process.
 */
export function idempotencyKey(meaning: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(meaning).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
