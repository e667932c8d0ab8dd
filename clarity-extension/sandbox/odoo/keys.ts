import type { z } from 'zod'
import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { beyondStandIn } from './error.ts'
import type { requests } from './requests.ts'
import { one } from './rows.ts'
import type { World } from './world.ts'

type Keyed = components['schemas']['Keyed']
type Page = z.infer<typeof requests.read_keys>

/** By what records are recognised, for a first load. */
export function keyPage(world: World, { store, kind, after, limit }: Page): { records: Keyed[]; next: number | null } {
  if (kind === 'price') throw beyondStandIn('keeps no rules of price lists')
  const ids = world.records.idsAfter(kind === 'product' ? 'product.product' : 'res.partner', after, limit)
  return {
    records: ids.flatMap((id) => (kind === 'product' ? product(world, store, id) : partner(world, store, id))),
    next: ids.length === limit ? (ids.at(-1) ?? null) : null,
  }
}

function product({ records, links }: World, store: string, id: number): Keyed {
  const { name, active, type, default_code, barcode } = one(records, 'product.product', id)
  const ref = links.refOf({ store, kind: 'product', model: 'product.product', res_id: id })
  return { id, name, active: active && type !== 'combo', keys: filled({ sku: default_code, barcode }), ref }
}

/** An address or a contact of somebody else is no customer. */
function partner({ records, links }: World, store: string, id: number): Keyed[] {
  const { name, active, email, vat, parent_id } = one(records, 'res.partner', id)
  if (parent_id !== null) return []
  const ref = links.refOf({ store, kind: 'customer', model: 'res.partner', res_id: id })
  const keys = filled({ email: email?.toLowerCase() ?? null, vat, name })
  const buyer = records.find('sale.order', { partner_id: id }).length > 0
  return [{ id, name: name ?? '', active, keys, buyer, ref }]
}

const filled = (keys: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(keys).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()] as const] : [])),
  )
