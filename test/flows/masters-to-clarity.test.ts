import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClarityClient } from '../../clarity-extension/clarity/client.ts'
import { customerToClarity } from '../../clarity-extension/flows/customer-to-clarity.ts'
import type { Share } from '../../clarity-extension/flows/flow.ts'
import { priceRulesToClarity } from '../../clarity-extension/flows/price-rules-to-clarity.ts'
import { productToClarity } from '../../clarity-extension/flows/product-to-clarity.ts'
import { createLinks } from '../../clarity-extension/links.ts'
import type { PartnerState } from '../../clarity-extension/mapping/customer-to-clarity.ts'
import type { PriceState } from '../../clarity-extension/mapping/price-to-clarity.ts'
import type { ProductState } from '../../clarity-extension/mapping/product-to-clarity.ts'
import { publishing } from '../../clarity-extension/ports/publish.ts'
import { createRulebook } from '../../clarity-extension/rulebook/rulebook.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { usd } from '../unit/mapping-support.ts'
import { ann, rule, shirt } from './master-states.ts'
import { eventOf, quiet } from './support.ts'

/** Odoo is made up, the storefront is the sandbox's own. */
describe('master data to the storefront', () => {
  let shop: Shop
  let store: Store
  beforeAll(async () => {
    shop = await openShop(mkdtempSync(join(tmpdir(), 'clarity-masters-shop-')))
    store = await openStore({ dataDir: mkdtempSync(join(tmpdir(), 'clarity-masters-')) })
  })
  afterAll(async () => {
    await shop.stop()
    await store.close()
  })

  const odoo: { products: ProductState[]; prices: PriceState[]; partners: PartnerState[]; reads: number } = {
    products: [],
    prices: [],
    partners: [],
    reads: 0,
  }
  function flows() {
    const { CLARITY_BASE_URL: baseUrl, CLARITY_TOKEN_URL: tokenUrl } = shop.env
    const clarity = createClarityClient({ baseUrl, tokenUrl, clientId: 'sandbox', clientSecret: 'sandbox-secret' })
    const readState = async (_store: string, kind: string, refs: readonly string[]) => {
      odoo.reads++
      const as_of = '2026-11-20T10:00:00.000Z'
      const value =
        kind === 'product'
          ? { as_of, products: odoo.products.filter(({ id }) => refs.includes(String(id))) }
          : kind === 'price'
            ? { as_of, prices: odoo.prices.filter(({ id }) => refs.includes(String(id))) }
            : { as_of, partners: odoo.partners.filter(({ ref }) => refs.includes(ref)) }
      return { ok: true, value } as never
    }
    const ports = publishing({
      clarity,
      odoo: { readState },
      links: createLinks(store),
      store: 'default',
      expressions: { evaluate: async () => new Map() },
      context: async () => ({ ok: true, value: usd }),
      now: () => Date.parse('2026-11-21T00:00:00.000Z'),
    })
    return ports
  }
  const envelope = (type: string, data: object) => ({ type, timestamp: '2026-11-20T10:00:00.000Z', data })
  const odooIsRecord: Share = { content: 'write', price: 'write' }
  const product = (id: number, share = odooIsRecord, ports = flows()) =>
    productToClarity(ports.productToClarity)(
      eventOf(envelope('product.changed', { product_id: id, sku: null }), 1, share),
      quiet,
    )
  const touched = (name: string) => createRulebook(store, [], async () => {}).touched(name, 1)
  const shown = (sku: string) => shop.call('GET', `/products/by-key/${sku}`)

  describe('a product', () => {
    it('is published under its SKU, and again only when something changes', async () => {
      odoo.products = [shirt]
      expect(await product(41)).toMatchObject({ kind: 'done' })
      expect(await touched('product-to-clarity')).toMatchObject([{ kind: 'product', odooId: 41, superseded: false }])
      expect(await shown('POLO-RED-M')).toMatchObject({
        sku: 'POLO-RED-M',
        name: 'Polo (Red, M)',
        variantOf: 'Polo',
        options: { Color: 'Red', Size: 'M' },
        categoryPath: ['Apparel', 'Tops'],
        uom: 'unit',
        prices: { base: '24.5' },
        currency: 'USD',
        barcode: '4006381333931',
        active: true,
        attributes: { stockable: true },
      })
      expect(await product(41)).toMatchObject({ kind: 'skip', reason: 'unchanged' })
      odoo.products = [{ ...shirt, price: '26', name: 'Polo shirt' }]
      expect(await product(41)).toMatchObject({ kind: 'done' })
      expect(await shown('POLO-RED-M')).toMatchObject({ name: 'Polo shirt (Red, M)', prices: { base: '26' } })
    })

    it('takes over the one that the shop has under the SKU; a sale price stays', async () => {
      await shop.call('PUT', '/products/by-key/x', {
        sku: 'X-1',
        name: 'x',
        prices: { base: '1', sale: '0.5' },
        currency: 'USD',
      })
      odoo.products = [{ ...shirt, id: 42, sku: 'TEE-RED-S', name: 'Tee', options: {} }]
      expect(await product(42)).toMatchObject({ kind: 'done' })
      expect(await shown('TEE-RED-S')).toMatchObject({ id: 'prd_tee-red-s', name: 'Tee', variantOf: null })
      await shop.call('PUT', '/products/by-key/TEE-RED-S', { prices: { base: '24.5', sale: '20' } })
      odoo.products = [{ ...shirt, id: 42, sku: 'TEE-RED-S', name: 'Tee', options: {}, price: '25' }]
      await product(42)
      expect(await shown('TEE-RED-S')).toMatchObject({ prices: { base: '25', sale: '20' } })
    })

    it('that is no longer for sale, was renamed or deleted ends under its key', async () => {
      odoo.products = [{ ...shirt, id: 43, sku: 'GONE-1' }]
      await product(43)
      odoo.products = [{ ...shirt, id: 43, sku: 'GONE-2' }]
      expect(await product(43)).toMatchObject({ kind: 'done' })
      expect(await shown('GONE-1')).toMatchObject({ active: false })
      odoo.products = [{ ...shirt, id: 43, sku: 'GONE-2', for_sale: false }]
      expect(await product(43)).toMatchObject({ kind: 'done' })
      expect(await shown('GONE-2')).toMatchObject({ active: false })
      expect(await product(43)).toMatchObject({ kind: 'skip', reason: 'unchanged' })
      odoo.products = []
      expect(await product(43)).toMatchObject({ kind: 'skip' })
      odoo.products = [{ ...shirt, id: 43, sku: 'GONE-2' }]
      expect(await product(43)).toMatchObject({ kind: 'done' })
      expect(await shown('GONE-2')).toMatchObject({ active: true })
    })

    it('that the storefront cannot know is left alone, and a shared reference is a problem', async () => {
      odoo.products = [{ ...shirt, id: 44, sku: null }]
      expect(await product(44)).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
      odoo.products = [{ ...shirt, id: 44, for_sale: false }]
      expect(await product(44)).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
      odoo.products = [{ ...shirt, id: 44, shared: true }]
      expect(await product(44)).toMatchObject({
        kind: 'correct',
        problems: [{ code: 'ambiguous_match', field: '/sku' }],
      })
    })

    it('writes only its own groups, and proposes what the merchant wants to see', async () => {
      odoo.products = [{ ...shirt, id: 45, sku: 'PART-1' }]
      const share: Share = { content: 'ignore', price: 'write' }
      await product(45, share)
      odoo.products = [{ ...shirt, id: 45, sku: 'PART-1', name: 'Other', price: '30' }]
      await product(45, share)
      expect(await shown('PART-1')).toMatchObject({ name: 'Polo (Red, M)', prices: { base: '30' } })
      odoo.products = [{ ...shirt, id: 45, sku: 'PART-1', name: 'Third', price: '30' }]
      const asked: Share = { content: 'propose', price: 'write' }
      expect(await product(45, asked)).toMatchObject({ kind: 'review', cause: 'proposed_change' })
      expect(await product(45)).toMatchObject({ kind: 'done' })
      expect(await shown('PART-1')).toMatchObject({ name: 'Third (Red, M)' })
    })

    it('many are one read and one write; one that is refused fails alone', async () => {
      odoo.products = Array.from({ length: 60 }, (_, n) => ({ ...shirt, id: 100 + n, sku: `MANY-${n}` }))
      odoo.products[7] = { ...shirt, id: 107, sku: 'MANY-7', currency: 'no currency' }
      odoo.reads = 0
      const ports = flows()
      const outcomes = await Promise.all(odoo.products.map(({ id }) => product(id, odooIsRecord, ports)))
      expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(59)
      expect(outcomes[7]).toMatchObject({
        kind: 'correct',
        problems: [{ code: 'storefront_refused', value: 'MANY-7' }],
      })
      expect(odoo.reads).toBe(1)
    })
  })

  describe('a rule of a price list', () => {
    const publish = (id = 5) =>
      priceRulesToClarity(flows().priceToClarity)(eventOf(envelope('pricelist_item.changed', { item_id: id })), quiet)
    const ruleOf = (sku: string) => shop.call('GET', `/price-rules/by-key/${encodeURIComponent(`price-5:${sku}`)}`)

    it('is a price rule per product, ends for those it no longer names, and when it is deleted', async () => {
      odoo.prices = [rule]
      expect(await publish()).toMatchObject({ kind: 'done' })
      expect(await ruleOf('TEE-RED-S')).toMatchObject({
        priceList: 'Wholesale',
        minQuantity: '1',
        price: '19.5',
        from: '2026-11-01T00:00:00.000Z',
      })
      expect(await publish()).toMatchObject({ kind: 'skip', reason: 'unchanged' })
      odoo.prices = [
        { ...rule, skus: ['TEE-RED-M'], compute: 'percentage', price: null, percent: '10', base: 'list_price' },
      ]
      expect(await publish()).toMatchObject({ kind: 'done' })
      expect(await ruleOf('TEE-RED-M')).toMatchObject({ percent: '10', price: null })
      expect(await ruleOf('TEE-RED-S')).toMatchObject({ to: '2026-11-21T00:00:00.000Z' })
      odoo.prices = []
      expect(await publish()).toMatchObject({ kind: 'done' })
      expect(await ruleOf('TEE-RED-M')).toMatchObject({ to: '2026-11-21T00:00:00.000Z' })
      expect(await publish()).toMatchObject({ kind: 'skip' })
    })

    it('that the storefront cannot keep is parked with its reason', async () => {
      odoo.prices = [{ ...rule, id: 6, applied_on: 'category', skus: [] }]
      expect(await publish(6)).toMatchObject({ kind: 'correct', problems: [{ code: 'price_rule_unsupported' }] })
      odoo.prices = [{ ...rule, id: 6, compute: 'percentage', price: null, percent: '10', base: 'standard_price' }]
      expect(await publish(6)).toMatchObject({ kind: 'correct', problems: [{ code: 'price_rule_unsupported' }] })
    })
  })

  describe('a registered customer', () => {
    it('is told its terms once, and its contact data only where Odoo is their record', async () => {
      const made = await shop.call('PUT', '/customers/by-key/before', {
        type: 'person',
        name: 'Ann',
        email: 'a@example.com',
      })
      const ref = String(Object(made).id)
      const partner: PartnerState = { ...ann, ref }
      odoo.partners = [partner]
      const data = { partner_id: 9, customer: { id: 9, ref } }
      const run = (share: Share) =>
        customerToClarity(flows().customerToClarity)(eventOf(envelope('partner.changed', data), 1, share), quiet)
      const read = () => shop.call('GET', `/customers/${ref}`)
      const terms: Share = { content: 'ignore', addresses: 'ignore', terms: 'write' }
      expect(await run(terms)).toMatchObject({ kind: 'done' })
      expect(await read()).toMatchObject({
        ...{ externalKey: 'partner-9', name: 'Ann', email: 'a@example.com' },
        ...{ priceList: 'Wholesale', creditLimit: '500', onHold: true },
      })
      expect(await run(terms)).toMatchObject({ kind: 'skip', reason: 'unchanged' })
      odoo.partners = [{ ...partner, credit_limit: undefined, on_hold: false }]
      expect(await run(terms)).toMatchObject({ kind: 'done' })
      expect(await read()).toMatchObject({ creditLimit: '500', onHold: false })
      expect(await run({ ...terms, content: 'write' })).toMatchObject({ kind: 'done' })
      expect(await read()).toMatchObject({ name: 'Ann Roe', email: 'ann@odoo.example' })
      odoo.partners = []
      expect(await run(terms)).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
    })
  })
})
