import type { Transferable } from 'node:worker_threads'

/** Rows on their way to the store's thread as one list and one buffer: as so many objects they take both sides several times as long. */
export interface Packed {
  /** Row by row, without the bytes. */
  values: unknown[]
  bytes: Uint8Array<ArrayBuffer>
  /** Of each row's bytes. */
  lengths: number[]
}

/** How bytes are written, e.g. sealed. */
export interface Writing {
  length(bytes: Uint8Array): number
  write(bytes: Uint8Array, out: Uint8Array, at: number): void
}

/** @param columns all but the one with bytes */
export function packing<Row extends object>(
  columns: readonly (keyof Row & string)[],
  bytesColumn: keyof Row & string,
): {
  pack(rows: readonly Row[], as: Writing): { packed: Packed; transfer: Transferable[] }
  unpack(packed: Packed): Row[]
} {
  return {
    pack(rows, as) {
      const parts = rows.map((row) => bytesOf(row[bytesColumn]))
      const lengths = parts.map(as.length)
      const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
      let at = 0
      for (const [index, part] of parts.entries()) {
        as.write(part, bytes, at)
        at += lengths[index] ?? 0
      }
      const values = rows.flatMap((row) => columns.map((column) => row[column]))
      return { packed: { values, bytes, lengths }, transfer: [bytes.buffer] }
    },
    unpack({ values, bytes, lengths }) {
      let at = 0
      let value = 0
      return lengths.map((length) => {
        const row: Record<string, unknown> = {}
        for (const column of columns) row[column] = values[value++]
        row[bytesColumn] = bytes.subarray(at, at + length)
        at += length
        // What `pack` was given, with the same columns.
        return row as Row
      })
    },
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new Error('a column of bytes has something else')
}
