import type { StatusRules } from '../status.ts'

/** A confirmed order without any delivery (services only) has nothing left to ship, but only Odoo's user says when it is done. */
export const statusRules: StatusRules = {
  draft: { '*': 'pending' },
  sent: { '*': 'pending' },
  sale: {
    none: 'confirmed',
    pending: 'processing',
    started: 'processing',
    partial: 'partiallyShipped',
    full: 'shipped',
    '*': 'processing',
  },
  cancel: { '*': 'cancelled' },
}
