import { hash } from 'node:crypto'
import { canonical } from '../json.ts'

/** 32 hexadecimal digits of SHA-256 over the canonical text of a value. */
export const digest = (value: unknown): string => hash('sha256', canonical(value), 'hex').slice(0, 32)
