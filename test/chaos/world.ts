import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import pg from 'pg'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { type Bridge, startBridge } from '../support/bridge.ts'
import { chance } from '../support/chance.ts'
import { type Cluster, privateCluster } from '../support/postgres.ts'
import { checkout, openShop, type Shop } from '../support/shop.ts'
import { until } from '../support/until.ts'
import { type Disk, openDisk } from './disk.ts'
import { type Line, openLine, type Weather } from './line.ts'
import { type OdooParty, realOdoo, standInOdoo } from './odoo-party.ts'
import { openWire, type Wire } from './wire.ts'

export interface Wishes {
  store: 'sqlite' | 'postgres'
  odoo: 'real' | 'sandbox'
  seed: number
  /** Bridges on one store; more than one needs PostgreSQL. */
  replicas: number
}

/** Storefront, Odoo, bridge and its store, each pair with a line between them that can be made to fail. */
export interface World {
  store: Wishes['store']
  shop: Shop
  odoo: OdooParty
  bridges: Bridge[]
  lines: (Line | Wire)[]
  /** Between the bridge and the storefront's API, and back. */
  toShop: Line
  fromShop: Line
  cluster: Cluster | undefined
  disk: Disk | undefined
  random(below: number): number
  /** @returns the order's number */
  place(): Promise<string>
  /** How far each replica's clock is off, in milliseconds. */
  clocks(...offsets: number[]): void
  /** Replicas that ended by themselves, and were started again as a supervisor would. */
  readonly crashes: string[]
  /** kill -9, and started again. */
  kill(bridge: Bridge): Promise<void>
  /** What happens to the bridge meanwhile is meant to: nobody starts it. */
  down<T>(work: () => Promise<T>): Promise<T>
  /** Straight into the bridge's store. */
  ask<Row>(sql: string): Promise<Row[]>
  /** What every party has stored and said, to be looked into afterwards. @returns the folder it is in */
  keep(): Promise<string>
  injected(): number
  weather(weather: Weather | undefined): void
  dispose(): Promise<void>
}

/** As a storefront would: it does not give up within a run. */
const SCHEDULE = [0, 500, 1_000, 2_000, 4_000, ...Array.from({ length: 150 }, () => 8_000)]
const PLENTY = 100_000

export async function openWorld(wishes: Wishes): Promise<World> {
  const opened: (() => unknown)[] = []
  const close = async () => {
    for (const one of opened.splice(0).reverse()) await one()
  }
  // A mounted disk would outlive us.
  const interrupted = () => void close().finally(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await open(wishes, opened, async () => {
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
      await close()
    })
  } catch (error) {
    await close()
    throw error
  }
}

async function open(wishes: Wishes, opened: (() => unknown)[], dispose: () => Promise<void>): Promise<World> {
  const random = chance(wishes.seed)
  const folder = mkdtempSync(join(tmpdir(), 'clarity-chaos-'))
  opened.push(() => rmSync(folder, { recursive: true, force: true }))
  const bridges: Bridge[] = []
  let turn = 0
  const anyBridge = () => {
    const up = bridges.filter(({ alive }) => alive)
    return up[turn++ % Math.max(1, up.length)]?.url ?? bridges[0]?.url ?? 'http://127.0.0.1:9'
  }
  const fromShop = await openLine('storefront to bridge', anyBridge, random)
  const fromOdoo = await openLine('Odoo to bridge', anyBridge, random)
  const shop = await openShop(join(folder, 'shop'), { delivery: { schedule: SCHEDULE } })
  opened.push(() => shop.stop())
  const odoo = await (wishes.odoo === 'real'
    ? realOdoo((path) => fromOdoo.url + path)
    : standInOdoo(folder, (path) => fromOdoo.url + path))
  opened.push(() => odoo.dispose())
  const toShop = await openLine('bridge to storefront', () => shop.url, random)
  const toOdoo = await openLine('bridge to Odoo', () => odoo.url, random)
  const disk = await openDisk()
  opened.push(async () => disk?.dispose())
  const home = disk?.path ?? folder
  const cluster = wishes.store === 'postgres' ? await privateCluster({ folder: home, durable: true }) : undefined
  opened.push(async () => cluster?.dispose())
  const database = await cluster?.database()
  const wire = database && (await openWire('bridge to PostgreSQL', Number(new URL(database.url).port), random))
  const lines = [fromShop, fromOdoo, toShop, toOdoo, ...(wire ? [wire] : [])]
  opened.push(async () => {
    for (const line of lines) await line.stop()
  })
  opened.push(async () => {
    for (const bridge of bridges) await bridge.kill()
  })

  for (let n = 0; n < wishes.replicas; n++) {
    const dataDir = join(home, `bridge-${n}`)
    await mkdir(dataDir, { recursive: true })
    const clock = join(folder, `clock-${n}`)
    writeFileSync(clock, '0')
    bridges.push(
      await startBridge({
        ...shop.env,
        ...odoo.env,
        CLARITY_BASE_URL: shop.env.CLARITY_BASE_URL.replace(shop.url, toShop.url),
        CLARITY_TOKEN_URL: shop.env.CLARITY_TOKEN_URL.replace(shop.url, toShop.url),
        ODOO_URL: toOdoo.url,
        DATA_DIR: dataDir,
        ...(database && wire ? { DATABASE_URL: onPort(database.url, wire.port) } : {}),
        NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'clock.js')).href}`,
        CHAOS_CLOCK: clock,
      }),
    )
  }
  shop.enable(fromShop.url)
  await stockUp()

  let meant = 0
  const crashes: string[] = []
  const supervising = setInterval(() => void supervise(), 1_000)
  opened.push(() => clearInterval(supervising))
  let placed = 0

  return {
    store: wishes.store,
    shop,
    odoo,
    bridges,
    lines,
    toShop,
    fromShop,
    cluster,
    disk,
    random,
    crashes,
    async place() {
      const n = placed++
      const skus = [0, 1, 2].slice(0, 1 + (n % 3)).map((offset) => sold[(n * 7 + offset * 3) % sold.length] ?? '')
      const items = [...new Set(skus)].map((sku, index) => ({ sku, quantity: String(1 + ((n + index) % 2)) }))
      return (await shop.place(checkout(n % 50, { items }))).number
    },
    clocks: (...offsets) =>
      bridges.forEach((_, n) => {
        writeFileSync(join(folder, `clock-${n}`), String(offsets[n % offsets.length] ?? 0))
      }),
    async kill(bridge) {
      meant++
      await bridge.kill()
      await start(bridge)
      meant--
    },
    async down(work) {
      meant++
      try {
        return await work()
      } finally {
        meant--
      }
    },
    async ask<Row>(sql: string): Promise<Row[]> {
      if (!database) {
        const file = new Database(join(home, 'bridge-0/bridge.db'), { readonly: true })
        // The columns are the caller's, as in `psql`.
        const rows = file.prepare(sql).all() as Row[]
        file.close()
        return rows
      }
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      try {
        return (await client.query(sql)).rows
      } finally {
        await client.end()
      }
    },
    async keep() {
      const kept = mkdtempSync(join(tmpdir(), 'clarity-chaos-kept-'))
      if (database) await run('pg_dump', ['--no-owner', `--file=${join(kept, 'store.sql')}`, database.url])
      else await backup(join(home, 'bridge-0/bridge.db'), join(kept, 'store.db'))
      await backup(join(folder, 'shop/storefront.db'), join(kept, 'storefront.db'))
      for (const [n, bridge] of bridges.entries()) writeFileSync(join(kept, `bridge-${n}.log`), bridge.log())
      await odoo.keep(kept)
      return kept
    },
    injected: () => lines.reduce((sum, line) => sum + line.injected, 0),
    weather(weather) {
      for (const line of lines) line.weather = weather
    },
    dispose,
  }

  async function supervise(): Promise<void> {
    if (meant > 0) return
    for (const bridge of bridges) {
      if (bridge.alive) continue
      meant++
      crashes.push(bridge.log().slice(-1_500))
      await start(bridge)
      meant--
    }
  }

  /** More of each than anybody buys, told to the storefront by the bridge itself. */
  async function stockUp(): Promise<void> {
    for (const sku of sold) await odoo.count(sku, PLENTY)
    await until(
      'the storefront to know of the stock',
      async () => {
        const known = (await shop.inventory()).filter(
          ({ sku, locationKey }) => sold.includes(sku) && locationKey === 'main',
        )
        return known.length >= sold.length && known.every(({ quantity }) => Number(quantity) >= PLENTY - 1_000)
      },
      { everyMs: 250 },
    )
  }
}

/** A supervisor tries again and again. */
export async function start(bridge: Bridge): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      if (!bridge.alive) await bridge.start()
      return
    } catch (error) {
      if (attempt === 60) throw error
      await sleep(1_000)
    }
  }
}

async function backup(from: string, to: string): Promise<void> {
  const file = new Database(from, { readonly: true })
  await file.backup(to)
  file.close()
}

const run = promisify(execFile)

const sold = catalogue.products.slice(0, 8).map(({ sku }) => sku)

function onPort(url: string, port: number): string {
  const moved = new URL(url)
  moved.port = String(port)
  return moved.href
}
