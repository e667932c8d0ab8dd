import { z } from 'zod'
import { openStage, type Stage } from '../support/stage.ts'
import { median, seconds, until } from './figures.ts'
import type { Report } from './run.ts'
import { call, type PlainOdoo } from './yardstick.ts'

/**
 * First loads beside what Odoo's own API takes for the same records: products of Odoo to the storefront beside reading them with
 * `search_read`, products of the storefront to Odoo beside creating them with `create`. Rounds are interleaved, each with
 * records of its own. CATALOGUE_SCALE makes it smaller.
 */
const SCALE = Number(process.env.CATALOGUE_SCALE ?? 1)
const ROUNDS = 4
const TO_SHOP = Math.ceil((20_000 * SCALE) / ROUNDS)
const TO_ODOO = Math.ceil((5_000 * SCALE) / ROUNDS)
const PAGE = 1_000
const BATCH = 100

/** What the storefront is told of a product. */
const FIELDS = [
  ...['id', 'default_code', 'name', 'description_sale', 'categ_id', 'uom_id', 'lst_price', 'currency_id', 'taxes_id'],
  ...['barcode', 'weight', 'type', 'is_storable', 'sale_ok', 'active', 'product_tmpl_id'],
  'product_template_attribute_value_ids',
]

export async function run(report: Report): Promise<void> {
  // The catalogue of this bench comes by a first load alone, not by events of its making.
  const stage = await openStage({ silent: true })
  const rss = watch(stage)
  try {
    await records(stage, report)
    await creations(stage, report)
    report('rss_mb', rss.most(), 'MB')
  } finally {
    rss.end()
    await stage.dispose()
  }
}

async function records(stage: Stage, report: Report): Promise<void> {
  const load = loadOf(stage, 'product')
  // Whatever the sample catalogue has is brought over before, and warms everything up.
  await load.plan()
  await load.bring()
  const rounds = { read: [] as number[], load: [] as number[], plan: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    const ids = await productsInOdoo(stage, round, TO_SHOP)
    rounds.read.push(await seconds(() => searchRead(plain(stage), ids)))
    rounds.plan.push(await seconds(load.plan))
    const began = await load.bring()
    rounds.load.push(began.seconds)
    if (began.done < TO_SHOP) throw new Error(`${began.done} of ${TO_SHOP} were brought over: ${began.failed} failed`)
    rounds.read.push(await seconds(() => searchRead(plain(stage), ids)))
  }
  report('read_per_s', TO_SHOP / median(rounds.read), 'records/s')
  report('to_storefront_per_s', TO_SHOP / median(rounds.load), 'records/s')
  report('ratio_to_raw_read', median(rounds.read) / median(rounds.load), 'ratio')
  report('dry_run_s', median(rounds.plan), 's')
}

async function creations(stage: Stage, report: Report): Promise<void> {
  await stage.panel('PATCH', '/entities/product', {
    owners: { content: { side: 'clarity', otherwise: 'ignore' }, price: { side: 'clarity', otherwise: 'ignore' } },
  })
  await mayWriteProducts(stage)
  const load = loadOf(stage, 'product')
  await load.plan()
  await load.bring()
  const rounds = { create: [] as number[], load: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    rounds.create.push(await seconds(() => create(plain(stage), round, TO_ODOO)))
    await productsInShop(stage, round, TO_ODOO)
    await load.plan()
    const began = await load.bring()
    rounds.load.push(began.seconds)
    if (began.done < TO_ODOO) throw new Error(`${began.done} of ${TO_ODOO} were brought over: ${began.failed} failed`)
  }
  report('create_per_s', TO_ODOO / median(rounds.create), 'records/s')
  report('to_odoo_per_s', TO_ODOO / median(rounds.load), 'records/s')
  report('ratio_to_raw_create', median(rounds.create) / median(rounds.load), 'ratio')
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
      30 * 60_000,
      async () => {
        const load = await now()
        if (load.state === 'failed') throw new Error(load.message ?? 'the load failed')
        return load.state === wanted && load
      },
      // The panel's API takes ten requests a second.
      250,
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

async function productsInOdoo(stage: Stage, round: number, many: number): Promise<number[]> {
  const ids: number[] = []
  for (let from = 0; from < many; from += 500) {
    const vals_list = numbers(from, Math.min(500, many - from)).map((n) => valuesOf(`ODOO${round}-${n}`, n))
    ids.push(...(await stage.admin<number[]>('product.product', 'create', { vals_list })))
  }
  return ids
}

async function productsInShop({ shop }: Stage, round: number, many: number): Promise<void> {
  for (let from = 0; from < many; from += 500) {
    const rows = numbers(from, Math.min(500, many - from)).map((n) => {
      const { default_code: sku, name, description_sale: description, list_price } = valuesOf(`SHOP${round}-${n}`, n)
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
