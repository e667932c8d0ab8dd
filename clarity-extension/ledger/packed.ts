import { asTheyAre, type Writing } from '../store/recordset.ts'

/** Many events as two pieces: as so many objects they take both threads, and as so many rows the disk, several times as long. */
export interface Packed {
  /** JSON of them without their payloads, each with its payload's length. */
  text: string
  /** One behind the other. */
  payloads: Uint8Array<ArrayBuffer>
}

interface Bearing {
  payload: Uint8Array
}

type InText<T> = Omit<T, 'payload'> & {
  /** Of its payload as written, in bytes. */
  length: number
}

export function pack(items: readonly Bearing[], writing: Writing = asTheyAre): Packed {
  const lengths = items.map(({ payload }) => writing.length(payload))
  const payloads = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  const texts = items.map(({ payload, ...item }, index) => {
    const length = lengths[index] ?? 0
    writing.write(payload, payloads, at)
    at += length
    return { ...item, length }
  })
  return { text: JSON.stringify(texts), payloads }
}

/** What `pack` was given, with the payloads as they were written: pieces of `payloads`. */
export function unpack<T extends Bearing, Bytes extends Uint8Array>(
  text: string,
  payloads: Bytes,
): (Omit<T, 'payload'> & { payload: Bytes })[] {
  let at = 0
  return (JSON.parse(text) as InText<T>[]).map(({ length, ...item }) => {
    const payload = payloads.subarray(at, at + length) as Bytes
    at += length
    return { ...item, payload } as unknown as Omit<T, 'payload'> & { payload: Bytes }
  })
}
