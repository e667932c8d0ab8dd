import type { components } from '../../../odoo-bridge/client/schema.d.ts'

export type Operation = components['schemas']['Operation']
export type EnsuredRecord = components['schemas']['Record']

/** Versions compare as text, so all have the same shape: milliseconds and Z. */
export const version = (instant: string): string => new Date(instant).toISOString()
