import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto'

/** How what people's data is in is written to the store: payloads, corrections, what attempts did, what people said. */
export interface Seal {
  bytes(plain: Uint8Array): Uint8Array<ArrayBuffer>
  /** The same into a place that is there: how long it will be, and writing it. */
  length(plain: Uint8Array): number
  write(plain: Uint8Array, out: Uint8Array, at: number): void
  text(plain: string): string
  /** What was stored before there was a seal comes back as it is. @throws KeyUnknown */
  openBytes(stored: Uint8Array): Buffer
  openText(stored: string): string
  isSealed(stored: string): boolean
  /** Whether it is sealed with the key that is current: what is not is sealed anew by a rotation. */
  isCurrent(stored: Uint8Array | string): boolean
  /** The same for the same text, and nobody without the current key can say of which: what is sealed is found by it. */
  blind(text: string): string
  /** The current key's id first. */
  keyIds: readonly string[]
}

/** Sealed with a SECRET_KEY that is neither the current nor a previous one. */
export class KeyUnknown extends Error {
  override name = 'KeyUnknown'
}

const CIPHER = 'aes-256-gcm'
/** `sealed 1`: no JSON begins with a zero. Then the key's id, the nonce, the tag. */
const MARK = Buffer.from([0x00, 0x53, 0x31])
const ID = 4
const NONCE = 12
const TAG = 16
const HEAD = MARK.length + ID + NONCE + TAG
const TEXT = 'sealed1:'
/** 132 bits of base64. */
const BLIND = 22

/**
 * AES-256-GCM. The id of a key is part of its own hash, so that a row says which key it needs and nobody has to number them.
 * @param keys the current SECRET_KEY first, then previous ones, which still open
 */
export function createSeal(keys: readonly [string, ...string[]]): Seal {
  const ring = keys.map((secret) => {
    const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'data at rest', 32))
    const id = createHash('sha256').update('key id').update(bytes).digest().subarray(0, ID)
    // Made once: a key given as bytes is made anew for every seal, at three times the cost of the cipher.
    return { key: createSecretKey(bytes), id }
  })
  const [current] = ring
  if (!current) throw new Error('a seal needs a key')
  const head = Buffer.concat([MARK, current.id])
  const blinding = createSecretKey(Buffer.from(hkdfSync('sha256', keys[0], '', 'blind index', 32)))

  /** Nonces come from a pool: asking for twelve bytes at a time costs more than the cipher. */
  let pool = randomBytes(0)
  let used = 0
  const nonce = (): Buffer => {
    if (used + NONCE > pool.length) {
      pool = randomBytes(NONCE * 512)
      used = 0
    }
    used += NONCE
    return pool.subarray(used - NONCE, used)
  }

  const length = (plain: Uint8Array): number => HEAD + plain.length

  const write = (plain: Uint8Array, out: Uint8Array, at: number): void => {
    const iv = nonce()
    const cipher = createCipheriv(CIPHER, current.key, iv)
    out.set(head, at)
    out.set(iv, at + MARK.length + ID)
    out.set(cipher.update(plain), at + HEAD)
    cipher.final()
    out.set(cipher.getAuthTag(), at + HEAD - TAG)
  }

  const bytes = (plain: Uint8Array): Uint8Array<ArrayBuffer> => {
    const out = new Uint8Array(length(plain))
    write(plain, out, 0)
    return out
  }

  const openBytes = (stored: Uint8Array): Buffer => {
    const given = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
    if (!isSealed(given)) return given
    const id = given.subarray(MARK.length, MARK.length + ID)
    const found = ring.find((one) => one.id.equals(id))
    if (!found)
      throw new KeyUnknown(
        `This was sealed with another SECRET_KEY (id ${id.toString('hex')}). Set SECRET_KEY_PREVIOUS to the one before.`,
      )
    const decipher = createDecipheriv(CIPHER, found.key, given.subarray(MARK.length + ID, HEAD - TAG))
    decipher.setAuthTag(given.subarray(HEAD - TAG, HEAD))
    return Buffer.concat([decipher.update(given.subarray(HEAD)), decipher.final()])
  }

  return {
    bytes,
    length,
    write,
    openBytes,
    blind: (text) => createHmac('sha256', blinding).update(text).digest('base64url').slice(0, BLIND),
    keyIds: ring.map(({ id }) => id.toString('hex')),
    text: (plain) => `${TEXT}${Buffer.from(bytes(Buffer.from(plain))).toString('base64')}`,
    openText: (stored) =>
      stored.startsWith(TEXT) ? openBytes(Buffer.from(stored.slice(TEXT.length), 'base64')).toString('utf8') : stored,
    isSealed: (stored) => stored.startsWith(TEXT),
    isCurrent(stored) {
      if (typeof stored === 'string')
        return (
          stored.startsWith(TEXT) &&
          Buffer.from(stored.slice(TEXT.length, TEXT.length + 16), 'base64')
            .subarray(0, head.length)
            .equals(head)
        )
      return Buffer.from(stored.buffer, stored.byteOffset, Math.min(stored.byteLength, head.length)).equals(head)
    },
  }
}

const isSealed = (bytes: Buffer): boolean => bytes.length >= HEAD && bytes.subarray(0, MARK.length).equals(MARK)

/** Writes as it is given: for a store without a key. */
export const openly: Seal = {
  bytes: (plain) => new Uint8Array(plain),
  length: (plain) => plain.length,
  write: (plain, out, at) => out.set(plain, at),
  text: (plain) => plain,
  openBytes: (stored) => Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength),
  openText: (stored) => stored,
  isSealed: () => false,
  isCurrent: () => true,
  blind: (text) => text,
  keyIds: ['none'],
}
