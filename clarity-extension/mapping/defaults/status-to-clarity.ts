import type { OrderStatus } from '../../../shared/entities.ts'

/**
 * Odoo's state and delivery status (`none` before there is a delivery) -> the storefront's status. A confirmed order without any
 * delivery (services only) has nothing left to ship, but only Odoo's user says when it is done.
 */
export const statusEntries: Record<string, OrderStatus> = {
  'draft/*': 'pending',
  'sent/*': 'pending',
  'sale/none': 'confirmed',
  'sale/pending': 'processing',
  'sale/started': 'processing',
  'sale/partial': 'partiallyShipped',
  'sale/full': 'shipped',
  'sale/*': 'processing',
  'cancel/*': 'cancelled',
}
