import { type Customer, customer } from '../../shared/entities.ts'
import type { MasterMapped } from '../mapping/masters/mapped.ts'
import type { Flow } from './flow.ts'
import { type RecordPorts, recordToOdoo } from './record-to-odoo.ts'

/**
 * customer.created and customer.updated from the storefront -> the partner in Odoo with its addresses and contacts. It is the
 * partner that an earlier order made, where there is one.
 */
export type CustomerToOdooPorts = RecordPorts<Customer, Extract<MasterMapped, { ok: true }>>

export const customerToOdoo = (ports: CustomerToOdooPorts): Flow =>
  recordToOdoo({ entity: 'customer', shape: customer }, ports)
