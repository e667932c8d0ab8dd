import { z } from 'zod'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { median, seconds } from './figures.ts'
import type { Report } from './run.ts'
import { call, type PlainOdoo } from './yardstick.ts'

/**
 * First loads beside what Odoo's own API takes for the same records: products of Odoo to the storefront beside reading them with
 * `search_read`, products of the storefront to Odoo beside creating them with `create`. Each round has a database and a storefront
 * of its own, since a second load would bring the records of the first along. CATALOGUE_SCALE makes it smaller, CATALOGUE_ROUNDS shorter.
 */
const SCALE = Number(process.env.CATALOGUE_SCALE ?? 1)
const ROUNDS = Number(process.env.CATALOGUE_ROUNDS ?? 2)
const TO_SHOP = Math.ceil(20_000 * SCALE)
const TO_ODOO = Math.ceil(5_000 * SCALE)
const PAGE = 1_000
const BATCH = 100

/** What the storefront is told of a product. */
const FIELDS = [
  ...['id', 'default_code', 'name', 'description_sale', 'categ_id', 'uom_id', 'lst_price', 'currency_id', 'taxes_id'],
  ...['barcode', 'weight', 'type', 'is_storable', 'sale_ok', 'active', 'product_tmpl_id'],
  'product_template_attribute_value_ids',
]

export async function run(report: Report): Promise<void> {
  const took = { read: [] as number[], publish: [] as number[], plan: [] as number[] }
  const other = { create: [] as number[], load: [] as number[] }
  let rss = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (const direction of [toStorefront, toOdoo]) {
      // The catalogue of this bench comes by a first load alone, not by events of its making.
      const stage = await openStage({ silent: true })
      const watched = watch(stage)
      try {
        await direction(stage)
        rss = Math.max(rss, watched.most())
      } finally {
        watched.end()
        await stage.dispose()
      }
    }
  }
  report('read_per_s', TO_SHOP / median(took.read), 'records/s')
  report('to_storefront_per_s', TO_SHOP / median(took.publish), 'records/s')
  report('ratio_to_raw_read', median(took.read) / median(took.publish), 'ratio')
  report('dry_run_s', median(took.plan), 's')
  // Half of them before the load and half behind it.
  const created = 2 * median(other.create)
  report('create_per_s', TO_ODOO / created, 'records/s')
  report('to_odoo_per_s', TO_ODOO / median(other.load), 'records/s')
  report('ratio_to_raw_create', created / median(other.load), 'ratio')
  report('rss_mb', rss, 'MB')

  async function toStorefront(stage: Stage) {
    const load = loadOf(stage, 'product')
    // Whatever the sample catalogue has is brought over before, and warms everything up.
    await load.plan()
    await load.bring()
    const ids = await productsInOdoo(stage, TO_SHOP)
    took.read.push(await seconds(() => searchRead(plain(stage), ids)))
    took.plan.push(await seconds(load.plan))
    took.publish.push(await brought(load, TO_SHOP))
    took.read.push(await seconds(() => searchRead(plain(stage), ids)))
  }

  async function toOdoo(stage: Stage) {
    await stage.panel('PATCH', '/entities/product', {
      owners: { content: { side: 'clarity', otherwise: 'ignore' }, price: { side: 'clarity', otherwise: 'ignore' } },
    })
    await mayWriteProducts(stage)
    const load = loadOf(stage, 'product')
    await load.plan()
    await load.bring()
    await productsInShop(stage, TO_ODOO)
    other.create.push(await seconds(() => create(plain(stage), 0, Math.ceil(TO_ODOO / 2))))
    await load.plan()
    other.load.push(await brought(load, TO_ODOO))
    other.create.push(await seconds(() => create(plain(stage), 1, Math.ceil(TO_ODOO / 2))))
  }
}

/** @returns seconds that the load took */
async function brought(load: ReturnType<typeof loadOf>, many: number): Promise<number> {
  const { seconds: took, done, failed } = await load.bring()
  if (done < many) throw new Error(`${done} of ${many} were brought over: ${failed} failed`)
  return took
}

/** Gives the service user what products need; through the server, which a shell would not tell. */
async function mayWriteProducts({ odoo, admin }: Stage): Promise<void> {
  const [granted] = await odoo.psql<{ user: number; group: number }>(
    `select u.id "user", d.res_id "group" from res_users u, ir_model_data d
      where u.login = $1 and d.module = 'clarity_bridge' and d.name = 'group_service_products'`,
    [odoo.login],
  )
  await admin('res.users', 'write', { ids: [granted?.user], vals: { group_ids: [[4, granted?.group]] } })
}

const state = z.object({
  id: z.string(),
  state: z.string(),
  message: z.string().nullable(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  progress: z.object({ total: z.number(), done: z.number(), failed: z.number() }),
})

/** A first load as a person does it: the dry run, and bringing it over. */
function loadOf({ panel }: Stage, entity: string) {
  const now = async () => {
    const { items } = z
      .object({ items: z.array(z.object({ entity: z.string(), load: state.nullable() })) })
      .parse(await panel('GET', '/loads'))
    return state.parse(items.find((one) => one.entity === entity)?.load)
  }
  const until_ = (wanted: string) =>
    until(
      `a load that is ${wanted}`,
      async () => {
        const load = await now()
        if (load.state === 'failed') throw new Error(load.message ?? 'the load failed')
        return load.state === wanted && load
      },
      { limitMs: 30 * 60_000, everyMs: 250 },
    )
  return {
    async plan() {
      await panel('POST', '/loads', { entity })
      await until_('planned')
    },
    async bring() {
      const { id } = await now()
      await panel('POST', `/loads/${id}/start`)
      const { startedAt, finishedAt, progress } = await until_('done')
      // From the click to the last record, by the bridge's own clock: asking for it is too coarse.
      const took = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')
      return { seconds: took / 1000, done: progress.done, failed: progress.failed }
    },
  }
}

const plain = ({ odoo }: Stage): PlainOdoo => ({ url: odoo.url, db: odoo.db, apiKey: odoo.adminApiKey })

async function searchRead(odoo: PlainOdoo, ids: number[]): Promise<void> {
  for (let from = 0; from < ids.length; from += PAGE)
    await call(odoo, 'product.product', 'search_read', {
      domain: [['id', 'in', ids.slice(from, from + PAGE)]],
      fields: FIELDS,
    })
}

async function create(odoo: PlainOdoo, round: number, many: number): Promise<void> {
  for (let from = 0; from < many; from += BATCH)
    await call(odoo, 'product.product', 'create', {
      vals_list: numbers(from, Math.min(BATCH, many - from)).map((n) => valuesOf(`RAW${round}-${n}`, n)),
    })
}

/** As the bridge writes a product of the storefront. */
const valuesOf = (sku: string, n: number) => ({
  default_code: sku,
  name: `Product ${sku}`,
  description_sale: `The ${n}th of many.`,
  list_price: 10 + (n % 90),
  barcode: `${sku}-BAR`,
  weight: 0.5,
  type: 'consu',
  is_storable: true,
})

async function productsInOdoo(stage: Stage, many: number): Promise<number[]> {
  const ids: number[] = []
  for (let from = 0; from < many; from += 500) {
    const vals_list = numbers(from, Math.min(500, many - from)).map((n) => valuesOf(`ODOO-${n}`, n))
    ids.push(...(await stage.admin<number[]>('product.product', 'create', { vals_list })))
  }
  return ids
}

async function productsInShop({ shop }: Stage, many: number): Promise<void> {
  for (let from = 0; from < many; from += 500) {
    const rows = numbers(from, Math.min(500, many - from)).map((n) => {
      const { default_code: sku, name, description_sale: description, list_price } = valuesOf(`SHOP-${n}`, n)
      const prices = { base: list_price.toFixed(2) }
      return { externalKey: sku, sku, name, description, prices, currency: 'USD', barcode: `${sku}-BAR`, weight: '0.5' }
    })
    await shop.call('PUT', '/products', { rows })
  }
}

const numbers = (from: number, many: number) => Array.from({ length: many }, (_, index) => from + index)

/** The most memory the bridge had at any time. */
function watch({ bridge }: Stage) {
  let most = 0
  const look = () => {
    most = Math.max(most, bridge.rss())
  }
  const timer = setInterval(look, 200)
  return { most: () => most, end: () => clearInterval(timer) }
}
