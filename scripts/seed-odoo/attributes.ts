import { z } from 'zod'
import type { CatalogueProduct } from '../../clarity-extension/sandbox/catalogue.ts'
import type { Odoo } from './odoo.ts'

export interface Attributes {
  idOf(attribute: string): number
  valueOf(attribute: string, value: string): number
}

/** Attributes such as Color with their values, made where they are missing. */
export async function seedAttributes(odoo: Odoo, products: CatalogueProduct[]): Promise<Attributes> {
  const wanted = new Map<string, Set<string>>()
  for (const [attribute, value] of products.flatMap(({ options }) => Object.entries(options))) {
    wanted.set(attribute, (wanted.get(attribute) ?? new Set()).add(value))
  }
  const names = [...wanted.keys()]
  const attributes = await named(odoo, 'product.attribute', [['name', 'in', names]])
  const newNames = names.filter((name) => !attributes.has(name))
  const newIds = await odoo.create(
    'product.attribute',
    newNames.map((name) => ({ name, create_variant: 'always' })),
  )
  newNames.forEach((name, index) => void attributes.set(name, newIds[index] ?? 0))

  const values = new Map<string, number>()
  for (const [attribute, some] of wanted) {
    const attribute_id = idIn(attributes, attribute)
    const known = await named(odoo, 'product.attribute.value', [['attribute_id', '=', attribute_id]])
    const missing = [...some].filter((name) => !known.has(name))
    const ids = await odoo.create(
      'product.attribute.value',
      missing.map((name) => ({ name, attribute_id })),
    )
    missing.forEach((name, index) => void known.set(name, ids[index] ?? 0))
    for (const name of some) values.set(`${attribute}/${name}`, idIn(known, name))
  }
  return {
    idOf: (attribute) => idIn(attributes, attribute),
    valueOf: (attribute, value) => idIn(values, `${attribute}/${value}`),
  }
}

async function named(odoo: Odoo, model: string, domain: unknown[]): Promise<Map<string, number>> {
  const rows = await odoo.search(model, domain, { name: z.string() })
  return new Map(rows.map(({ id, name }) => [name, id]))
}

function idIn(ids: Map<string, number>, name: string): number {
  const id = ids.get(name)
  if (!id) throw new Error(`Odoo has no attribute or value ${name}`)
  return id
}
