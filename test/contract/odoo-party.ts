import { z } from 'zod'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { createOdooStandIn } from '../../clarity-extension/sandbox/odoo/stand-in.ts'
import { createOdooClient, type OdooClient } from '../../odoo-bridge/client/client.ts'
import { type SeedOptions, seedOdoo } from '../../scripts/seed-odoo.ts'
import { freshDatabase } from '../real/support.ts'

/** One Odoo that keeps the addon's contract, and a person who works in it. */
export interface Party {
  url: string
  db: string
  apiKey: string
  client: OdooClient
  person: Person
  dispose(): Promise<void>
}

export interface Person {
  /** @param shipped quantity by SKU; by default all that is reserved. What is left becomes a backorder. */
  validate(pickingId: number, shipped?: Record<string, string>): Promise<void>
  setTracking(pickingId: number, tracking: string): Promise<void>
  setOnHand(sku: string, warehouse: string, quantity: string): Promise<void>
  createProduct(sku: string, name: string): Promise<void>
  createPartner(values: { name: string; email: string }): Promise<void>
  archiveProduct(sku: string): Promise<void>
  unarchiveProduct(sku: string): Promise<void>
  /** How many active records have exactly these values. */
  count(model: 'sale.order' | 'res.partner' | 'account.payment', by: Record<string, string>): Promise<number>
}

export async function standIn(): Promise<Party> {
  const apiKey = 'contract-key'
  const odoo = createOdooStandIn({ dataDir: ':memory:', apiKey, seed: catalogue })
  const url = await odoo.start(0)
  const db = odoo.database
  const { person } = odoo
  return {
    ...{ url, db, apiKey },
    client: createOdooClient({ url, db, apiKey }),
    person: {
      validate: async (id, shipped) => void person.validate(id, shipped),
      setTracking: async (id, tracking) => person.setTracking(id, tracking),
      setOnHand: async (sku, warehouse, quantity) => person.setOnHand(sku, warehouse, quantity),
      createProduct: async (default_code, name) =>
        void person.create('product.product', { default_code, name, type: 'consu', is_storable: true }),
      createPartner: async ({ name, email }) =>
        void person.create('res.partner', { name, email, email_normalized: email.toLowerCase() }),
      archiveProduct: async (sku) => person.archive('product.product', { default_code: sku }),
      unarchiveProduct: async (sku) => person.unarchive('product.product', { default_code: sku }),
      count: async (model, by) => person.count(model, by),
    },
    dispose: () => odoo.stop(),
  }
}

export async function realOdoo(): Promise<Party> {
  const odoo = await freshDatabase()
  const { url, db, apiKey } = odoo
  const options: SeedOptions = { url, db, apiKey: odoo.adminApiKey }
  await seedOdoo(options)
  return {
    ...{ url, db, apiKey },
    client: createOdooClient({ url, db, apiKey }),
    person: personIn(createOdooClient(options)),
    dispose: () => odoo.dispose(),
  }
}

/** The same deeds over RPC as an administrator, by Odoo's own buttons. */
function personIn(admin: OdooClient): Person {
  return {
    async validate(pickingId, shipped) {
      if (shipped) {
        const rows = z
          .array(z.object({ id: z.int(), product_id: z.int(), product_uom_qty: z.number() }))
          .parse(await read('stock.move', [['picking_id', '=', pickingId]], ['product_id', 'product_uom_qty']))
        const left = new Map(Object.entries(shipped).map(([sku, quantity]) => [sku, Number(quantity)]))
        for (const { id, product_id, product_uom_qty } of rows) {
          const sku = await skuOf(product_id)
          const quantity = Math.min(left.get(sku) ?? 0, product_uom_qty)
          left.set(sku, (left.get(sku) ?? 0) - quantity)
          await call('stock.move', 'write', { ids: [id], vals: { quantity, picked: quantity > 0 } })
        }
      }
      await call('stock.picking', 'button_validate', { ids: [pickingId], context: { skip_backorder: true } })
    },
    setTracking: async (id, tracking) =>
      void (await call('stock.picking', 'write', { ids: [id], vals: { carrier_tracking_ref: tracking } })),
    async setOnHand(sku, warehouse, quantity) {
      const location = z
        .tuple([z.object({ lot_stock_id: z.int() })])
        .parse(await read('stock.warehouse', [['code', '=', warehouse]], ['lot_stock_id']))[0].lot_stock_id
      const vals_list = [
        { product_id: await productOf(sku), location_id: location, inventory_quantity_auto_apply: Number(quantity) },
      ]
      await call('stock.quant', 'create', { vals_list, context: { inventory_mode: true } })
    },
    createProduct: async (default_code, name) =>
      void (await call('product.product', 'create', {
        vals_list: [{ default_code, name, type: 'consu', is_storable: true }],
      })),
    createPartner: async (values) => void (await call('res.partner', 'create', { vals_list: [values] })),
    archiveProduct: async (sku) =>
      void (await call('product.product', 'action_archive', { ids: [await productOf(sku)] })),
    unarchiveProduct: async (sku) =>
      void (await call('product.product', 'action_unarchive', { ids: [await productOf(sku)] })),
    count: async (model, by) =>
      z
        .int()
        .parse(
          await call(model, 'search_count', { domain: Object.entries(by).map(([name, value]) => [name, '=', value]) }),
        ),
  }

  async function call(model: string, method: string, body: Record<string, unknown>): Promise<unknown> {
    const reply = await admin.call(model, method, body)
    if (reply.ok) return reply.value
    throw new Error(`${model}.${method}: ${JSON.stringify(reply.outcome)}`)
  }

  function read(model: string, domain: unknown[], fields: string[]): Promise<unknown> {
    return call(model, 'search_read', { domain, fields, load: null, context: { active_test: false } })
  }

  async function skuOf(productId: number): Promise<string> {
    const rows = await read('product.product', [['id', '=', productId]], ['default_code'])
    return z.tuple([z.object({ default_code: z.string() })]).parse(rows)[0].default_code
  }

  async function productOf(sku: string): Promise<number> {
    const rows = await read('product.product', [['default_code', '=', sku]], ['id'])
    return z.tuple([z.object({ id: z.int() })]).parse(rows)[0].id
  }
}
