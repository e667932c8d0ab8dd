import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { createOdooStandIn } from '../../clarity-extension/sandbox/odoo/stand-in.ts'
import { seedOdoo } from '../../scripts/seed-odoo.ts'
import { newSecret } from '../../shared/signature.ts'
import { freshDatabase } from '../real/support.ts'
import { freePort } from '../support/ports.ts'
import { locationOf, sellableIn } from '../support/sellable.ts'
import { odooCall } from '../support/stage.ts'

export interface HeldOrder {
  number: string
  name: string
  state: string
  total: string
}

/** What a picking has shipped of an order's line. */
export interface Shipped {
  order: string
  picking: string
  line: string
  quantity: number
}

/** Odoo as chaos sees it: what it truly holds, what a person does in it, and how it is killed. */
export interface OdooParty {
  env: Record<string, string>
  url: string
  orders(): Promise<HeldOrder[]>
  /** Deliveries that are done. */
  shipped(): Promise<Shipped[]>
  /** `sku location` to pieces. */
  sellable(): Promise<Map<string, number>>
  /** Of orders' goods that are not reserved as they should be, a line each: why stock may differ. */
  unreserved(): Promise<string[]>
  /** What it has stored and said, as files in this folder. */
  keep(folder: string): Promise<void>
  /** Sets the pieces on hand in the main warehouse. */
  count(sku: string, quantity: number): Promise<void>
  /** Validates so many deliveries that are ready. @returns the numbers of their orders */
  ship(many: number): Promise<string[]>
  /** kill -9, and started again after a moment; undefined where it runs in this process. */
  kill: (() => Promise<void>) | undefined
  /** The same with its database server. */
  killDatabase: (() => Promise<void>) | undefined
  restart(): Promise<void>
  dispose(): Promise<void>
}

const run = promisify(execFile)
const AWAY_MS = 3_000
const pause = () => new Promise((resolve) => setTimeout(resolve, AWAY_MS))

/** @param webhook where its events go */
export async function realOdoo(webhook: (path: string) => string): Promise<OdooParty> {
  const odoo = await freshDatabase({ ownPostgres: true, seeded: true })
  const hook = { url: webhook('/webhooks/odoo'), secret: odoo.webhookSecret }
  await seedOdoo({ url: odoo.url, db: odoo.db, apiKey: odoo.adminApiKey, webhook: hook })
  const admin = <T>(model: string, method: string, body: object) => odooCall<T>(odoo, model, method, body)
  return {
    url: odoo.url,
    env: {
      ODOO_DB: odoo.db,
      ODOO_LOGIN: odoo.login,
      ODOO_API_KEY: odoo.apiKey,
      ODOO_WEBHOOK_SECRET: odoo.webhookSecret,
    },
    orders: () => odoo.psql<HeldOrder>('select origin number, name, state, amount_total::text total from sale_order'),
    shipped: () =>
      odoo.psql<{ order: string; picking: string; line: string; quantity: number }>(`
        select p.name picking, o.origin "order", l.clarity_ref line, sum(m.quantity)::float quantity
        from stock_picking p join sale_order o on o.id = p.sale_id join stock_move m on m.picking_id = p.id
        join sale_order_line l on l.id = m.sale_line_id
        where p.state = 'done' and m.state = 'done' group by 1, 2, 3`),
    sellable: () => sellableIn(odoo),
    async unreserved() {
      const moves = await odoo.psql<{ line: string }>(`
        select concat_ws(' ', o.origin, p.name, p.state, d.default_code, m.state, m.product_uom_qty, m.quantity, m.create_date,
          m.write_date) line
        from stock_move m join stock_picking p on p.id = m.picking_id join sale_order o on o.id = p.sale_id
        join product_product d on d.id = m.product_id where m.quantity <> m.product_uom_qty or m.state not in ('assigned', 'done')`)
      const quants = await odoo.psql<{ line: string }>(`
        select concat_ws(' ', d.default_code, l.complete_name, 'reserved', sum(q.reserved_quantity), 'lines', (
          select coalesce(sum(i.quantity_product_uom), 0) from stock_move_line i where i.location_id = l.id
          and i.product_id = d.id and i.state in ('assigned', 'partially_available', 'confirmed', 'waiting')), 'quants', count(*)) line
        from stock_quant q join product_product d on d.id = q.product_id join stock_location l on l.id = q.location_id
        where l.usage = 'internal' group by d.id, l.id
        having sum(q.reserved_quantity) <> (select coalesce(sum(i.quantity_product_uom), 0) from stock_move_line i
          where i.location_id = l.id and i.product_id = d.id and i.state in ('assigned', 'partially_available', 'confirmed', 'waiting'))`)
      const links = await odoo.psql<{ line: string }>(`
        select concat_ws(' ', 'reservation pending of', clarity_ref, create_date, write_date) line
        from clarity_link where reservation_pending`)
      return [...moves, ...quants, ...links].map(({ line }) => line)
    },
    async keep(folder) {
      await run('pg_dump', ['--no-owner', `--file=${join(folder, 'odoo.sql')}`, odoo.databaseUrl])
      await writeFile(join(folder, 'odoo.log'), await odoo.log())
    },
    async count(sku, quantity) {
      const [place] = await odoo.psql<{ product: number; location: number }>(
        `select p.id product, w.lot_stock_id "location" from product_product p, stock_warehouse w
         where p.default_code = $1 and w.code = 'WH'`,
        [sku],
      )
      const row = {
        product_id: place?.product,
        location_id: place?.location,
        inventory_quantity_auto_apply: quantity,
      }
      await admin('stock.quant', 'create', { vals_list: [row], context: { inventory_mode: true } })
    },
    async ship(many) {
      const ready = await odoo.psql<{ id: number; origin: string }>(
        `select p.id, o.origin from stock_picking p join sale_order o on o.id = p.sale_id
         where p.state = 'assigned' order by p.id limit ${many}`,
      )
      const shipped: string[] = []
      for (const { id, origin } of ready) {
        await admin('stock.picking', 'button_validate', { ids: [id], context: { skip_backorder: true } })
        shipped.push(origin)
      }
      return shipped
    },
    async kill() {
      await odoo.kill()
      await pause()
      await odoo.start()
    },
    async killDatabase() {
      await odoo.killPostgres()
      await pause()
      await odoo.startPostgres()
      await odoo.start()
    },
    restart: () => odoo.restart(),
    dispose: () => odoo.dispose(),
  }
}

/** The sandbox's Odoo, in this process: nothing of it can be killed. */
export async function standInOdoo(folder: string, webhook: (path: string) => string): Promise<OdooParty> {
  const secret = newSecret()
  const apiKey = 'a key for chaos only'
  const dataDir = join(folder, 'odoo')
  const open = () =>
    createOdooStandIn({ dataDir, apiKey, seed: catalogue, webhook: { url: webhook('/webhooks/odoo'), secret } })
  let odoo = open()
  const url = await odoo.start(await freePort())
  const file = new Database(join(dataDir, 'odoo.db'), { readonly: true })
  const rows = <S extends z.ZodRawShape>(sql: string, shape: S) =>
    z.array(z.object(shape)).parse(file.prepare(sql).all())
  return {
    url,
    env: { ODOO_DB: odoo.database, ODOO_API_KEY: apiKey, ODOO_WEBHOOK_SECRET: secret },
    orders: async () =>
      rows(
        `select body ->> 'origin' as number, body ->> 'name' as name, body ->> 'state' as state,
         body ->> 'amount_total' as total from record where model = 'sale.order'`,
        { number: z.string(), name: z.string(), state: z.string(), total: z.string() },
      ),
    shipped: async () =>
      rows(
        `select p.body ->> 'name' as picking, o.body ->> 'origin' as "order", l.body ->> 'clarity_ref' as line,
         sum(m.body ->> 'quantity') as quantity
         from record m join record p on p.model = 'stock.picking' and p.id = m.body ->> 'picking_id'
         join record o on o.model = 'sale.order' and o.id = p.body ->> 'sale_id'
         join record l on l.model = 'sale.order.line' and l.id = m.body ->> 'sale_line_id'
         where m.model = 'stock.move' and p.body ->> 'state' = 'done' and m.body ->> 'state' = 'done' group by 1, 2, 3`,
        { order: z.string(), picking: z.string(), line: z.string(), quantity: z.number() },
      ),
    async sellable() {
      const found = rows(
        `select p.body ->> 'default_code' as sku, w.body ->> 'code' as code,
         (q.body ->> 'quantity') - (q.body ->> 'reserved_quantity') as free
         from record q join record p on p.model = 'product.product' and p.id = q.body ->> 'product_id'
         join record w on w.model = 'stock.warehouse' and w.id = q.body ->> 'warehouse_id' where q.model = 'stock.quant'`,
        { sku: z.string(), code: z.string(), free: z.number() },
      )
      return new Map(found.map(({ sku, code, free }) => [`${sku} ${locationOf(code)}`, Math.max(0, Math.floor(free))]))
    },
    unreserved: async () => [],
    keep: async (folder) => void (await file.backup(join(folder, 'odoo.db'))),
    count: async (sku, quantity) => odoo.person.setOnHand(sku, 'WH', String(quantity)),
    async ship(many) {
      const ready = rows(
        `select p.id, o.body ->> 'origin' as "order" from record p
         join record o on o.model = 'sale.order' and o.id = p.body ->> 'sale_id'
         where p.model = 'stock.picking' and p.body ->> 'state' = 'assigned' order by p.id limit ${many}`,
        { id: z.int(), order: z.string() },
      )
      for (const { id } of ready) odoo.person.validate(id)
      return ready.map(({ order }) => order)
    },
    kill: undefined,
    killDatabase: undefined,
    async restart() {
      await odoo.stop()
      odoo = open()
      await odoo.start(Number(new URL(url).port))
    },
    async dispose() {
      file.close()
      await odoo.stop()
    },
  }
}
