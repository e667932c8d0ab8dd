import { createHash } from 'node:crypto'
import { canonical } from '../json.ts'

/** 32 hexadecimal digits of SHA-256 over the canonical text of a value. */
export const digest = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32)
