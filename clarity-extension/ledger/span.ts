import { createHash } from 'node:crypto'
import type { ClaimedEvent } from './types.ts'

/**
 * W3C span id of one attempt. It follows from the attempt itself, so that who sends it along and who tells of it later agree: what
 * Odoo gives back with a delivery hangs below the attempt that made its order.
 */
export const spanOf = ({ traceId, id, attempt }: Pick<ClaimedEvent, 'traceId' | 'id' | 'attempt'>): string =>
  createHash('sha256').update(`${traceId}:${id}:${attempt}`).digest('hex').slice(0, 16)
