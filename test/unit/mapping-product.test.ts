import { describe, expect, it } from 'vitest'
import { productToOdoo } from '../../clarity-extension/mapping/defaults/product-to-odoo.ts'
import { productToOperations } from '../../clarity-extension/mapping/product.ts'
import { type Product, product } from '../../shared/entities.ts'
import type { FieldGroup } from '../../shared/switches.ts'
import { usd } from './mapping-support.ts'

const all = new Set<FieldGroup>(['content', 'price'])
const mug = (change: Record<string, unknown> = {}): Product =>
  product.parse({
    id: '900',
    updatedAt: '2026-11-20T10:00:00.000Z',
    sku: 'MUG',
    name: 'Mug',
    categoryPath: ['Kitchen', 'Cups'],
    prices: { base: '12.50' },
    currency: 'USD',
    barcode: '4006381333931',
    weight: '0.3',
    ...change,
  })

function mapped(
  record: Product,
  written: ReadonlySet<FieldGroup> = all,
  context: Parameters<typeof productToOperations>[2] = usd,
) {
  const result = productToOperations(record, written, context)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  const [main] = result.operations
  if (!main) throw new Error('no operation')
  return { main, origins: result.origins, hash: result.hash }
}

describe('a product of the storefront', () => {
  it('is a product with its SKU as reference, below its categories', () => {
    const { main } = mapped(mug())
    expect(main).toMatchObject({
      kind: 'product',
      model: 'product.product',
      match: { default_code: 'MUG' },
      values: {
        ...{
          default_code: 'MUG',
          name: 'Mug',
          barcode: '4006381333931',
          weight: '0.3',
          list_price: '12.50',
          active: true,
        },
        categ_id: { $ref: 'category:Kitchen / Cups' },
      },
      initial: {
        ...{ type: 'consu', is_storable: true },
        uom_id: { $find: { model: 'uom.uom', by: { name: 'Units' } } },
      },
    })
    expect(main.ensure?.map(({ ref, values, match }) => [ref, values, match])).toEqual([
      ['Kitchen', { name: 'Kitchen' }, { name: 'Kitchen', parent_id: false }],
      [
        'Kitchen / Cups',
        { name: 'Cups', parent_id: { $ref: 'category:Kitchen' } },
        { name: 'Cups', parent_id: { $ref: 'category:Kitchen' } },
      ],
    ])
  })

  it('a category that the table names is that one, and none is made', () => {
    const category = { title: '', about: '', entries: { 'Kitchen / Cups': 'All / Tableware' } }
    const { main } = mapped(mug(), all, { ...usd, lookups: { ...usd.lookups, category } })
    expect(main.ensure).toEqual([])
    expect(main.values.categ_id).toEqual({
      $find: { model: 'product.category', by: { complete_name: 'All / Tableware' } },
    })
  })

  it('a price that is Odoo’s is given to a new product only', () => {
    const { main } = mapped(mug(), new Set(['content']))
    expect(main.values).not.toHaveProperty('list_price')
    expect(main.initial).toMatchObject({ list_price: '12.50' })
    const other = mapped(mug({ prices: { base: '99' } }), new Set(['content']))
    expect(other.hash).toBe(mapped(mug(), new Set(['content'])).hash)
  })

  it('with options is a variant of its template; what the merchant made of the template since stays', () => {
    const { main } = mapped(
      mug({ sku: 'TEE-RED-M', name: 'Tee (Red, M)', variantOf: 'Tee', options: { Color: 'Red', Size: 'M' } }),
    )
    expect(main).toMatchObject({
      options: { Color: 'Red', Size: 'M' },
      values: { name: 'Tee', product_tmpl_id: { $ref: 'product_template:Tee' } },
    })
    expect(main.values).not.toHaveProperty('list_price')
    expect(main.initial).toEqual({})
    expect(main.ensure?.at(-1)).toMatchObject({
      kind: 'product_template',
      ref: 'Tee',
      values: { name: 'Tee', type: 'consu', list_price: '12.50' },
      match: { name: 'Tee' },
    })
  })

  it('with options and without a template is parked with the field', () => {
    const result = productToOperations(mug({ options: { Color: 'Red' } }), all, usd)
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'required', field: '/variantOf' }] })
  })

  it('custom fields are rules', () => {
    const material = { to: 'x_studio_material', group: 'content' as const, from: 'attributes.material' }
    const sets = new Map([[productToOdoo.name, { ...productToOdoo, rules: [...productToOdoo.rules, material] }]])
    const { main, origins } = mapped(mug({ attributes: { material: 'Stoneware' } }), all, { ...usd, sets })
    expect(main.values).toMatchObject({ x_studio_material: 'Stoneware' })
    expect(origins['product:900']).toMatchObject({
      '/x_studio_material': '/attributes/material',
      '/barcode': '/barcode',
    })
  })

  it('names the storefront’s field of a category that Odoo refuses', () => {
    const { origins } = mapped(mug())
    expect(origins['product:900']).toMatchObject({ '/ensure/1/values/name': '/categoryPath/1' })
  })
})
