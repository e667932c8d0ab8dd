import { type Product, product } from '../../shared/entities.ts'
import type { MasterMapped } from '../mapping/masters/mapped.ts'
import type { Flow } from './flow.ts'
import { type RecordPorts, recordToOdoo } from './record-to-odoo.ts'

/**
 * product.created and product.updated from the storefront -> the product in Odoo, where the merchant says that the storefront is
 * their record. Otherwise the gate leaves them alone.
 */
export type ProductToOdooPorts = RecordPorts<Product, Extract<MasterMapped, { ok: true }>>

export const productToOdoo = (ports: ProductToOdooPorts): Flow =>
  recordToOdoo({ entity: 'product', shape: product }, ports)
