import { expect } from 'vitest'
import type { Chain } from '../../support/cause-chain.ts'
import { create, products, stage, write } from './standing.ts'

export const inShop = (sku: string) =>
  stage.shop.call('PUT', `/products/by-key/${sku}`, {
    ...{ sku, name: sku, prices: { base: '10.00' }, currency: 'USD', taxCode: 'standard', allowBackorder: true },
  })

/** Stock of a product that the storefront does not have. */
export function unknownStock(): Chain {
  const sku = 'CAUSE-GHOST'
  return {
    async fault() {
      const product_id = await create('product.product', { name: sku, default_code: sku, is_storable: true })
      const [place_] = await stage.odoo.psql<{ id: number }>(
        "select lot_stock_id id from stock_warehouse where code = 'WH'",
      )
      const context = { inventory_mode: true }
      const quant = await create('stock.quant', { product_id, location_id: place_?.id, inventory_quantity: 7 }, context)
      await stage.admin('stock.quant', 'action_apply_inventory', { ids: [quant], context })
      return `stock:${sku}`
    },
    says: /refuses stock of CAUSE-GHOST at main/,
    repair: () => inShop(sku),
    end: 'replay',
    async right() {
      const levels = (await stage.shop.inventory()).filter((level) => level.sku === sku && level.locationKey === 'main')
      expect(levels.map(({ quantity }) => Number(quantity))).toEqual([7])
    },
  }
}

/** A price for all products, which the storefront cannot keep. */
export function priceForAll(): Chain {
  let item = 0
  return {
    async fault() {
      const list = await create('product.pricelist', { name: 'Everything' })
      const rule = { pricelist_id: list, applied_on: '3_global', compute_price: 'fixed', fixed_price: 5 }
      item = await create('product.pricelist.item', rule)
      return `price:${item}`
    },
    says: /is for all products; the storefront keeps price rules by SKU/,
    remedy: 'Name the products in rules of their own in Odoo, or set this price in the storefront and dismiss this.',
    async repair() {
      const [product_id] = await products('TEE-RED-M')
      const [row] = await stage.odoo.psql<{ id: number }>(
        'select product_tmpl_id id from product_product where id = $1',
        [product_id],
      )
      await write('product.pricelist.item', item, {
        ...{ applied_on: '0_product_variant', product_id, product_tmpl_id: row?.id },
      })
    },
    end: 'itself',
    async right() {
      const key = encodeURIComponent(`price-${item}:TEE-RED-M`)
      expect(await stage.shop.call('GET', `/price-rules/by-key/${key}`)).toMatchObject({
        ...{ sku: 'TEE-RED-M', priceList: 'Everything' },
      })
    },
  }
}
