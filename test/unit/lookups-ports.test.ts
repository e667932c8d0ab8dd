import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../../clarity-extension/clarity/call.ts'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { type LookupTables, mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { tableLocations } from '../../clarity-extension/ports/locations.ts'
import { type Lookups, lookups } from '../../clarity-extension/ports/lookups.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { customer, inventoryLocation, product } from '../../shared/entities.ts'
import { retry } from '../../shared/outcome.ts'
import { orderFixture } from './mapping-support.ts'

const at = '2026-03-01T10:00:00Z'
const shirt = product.parse({
  ...{ id: 'p1', sku: 'TEE', name: 'Tee', updatedAt: at, uom: 'pack', currency: 'EUR', taxCode: 'reduced' },
  ...{ categoryPath: ['Apparel', 'Shirts'], prices: { base: '10' } },
})
const dealer = customer.parse({ id: 'c1', type: 'company', name: 'Dealer', priceList: 'Dealers', updatedAt: at })
const places = [
  { id: '1', externalKey: 'main', name: 'Main street', active: true, updatedAt: at },
  { id: '2', externalKey: 'old', name: 'Old', active: false, updatedAt: at },
].map((place) => inventoryLocation.parse(place))

let dataDir: string
let store: Store
let tables: Lookups
let away = false
let warehouses: { value: string; name: string }[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lookups-'))
  store = await openStore({ dataDir })
  async function* pages<T>(...records: T[]): AsyncGenerator<Reply<{ records: T[]; unreadable: [] }>> {
    if (away) yield { ok: false, outcome: retry('network', 'The storefront does not answer.') }
    else yield { ok: true, value: { records, unreadable: [] } }
  }
  tables = lookups(
    store,
    {
      orders: () => pages(orderFixture('registered').order),
      products: () => pages(shirt, shirt),
      customers: () => pages(dealer),
      inventoryLocations: async () =>
        away ? { ok: false, outcome: retry('network', 'away') } : { ok: true, value: places },
    },
    {
      choices: async (wishes) => ({
        ok: true,
        value: {
          choices: wishes.map(() => ({
            ...{ readable: true, total: warehouses.length },
            items: warehouses.map((one, id) => ({ ...one, id, company: null, active: true, unique: true })),
          })),
        },
      }),
    },
    pino({ level: 'silent' }),
    (stored) => stored,
  )
})
afterAll(async () => {
  await tables.sightings.stop()
  await store.close()
  await rm(dataDir, { recursive: true })
})

const panel = () => tables.panel({ release: async () => ({ moved: 0 }) }, async () => undefined)

describe('values of both sides', () => {
  it('are seen in every order, each value once', async () => {
    const { order } = orderFixture('registered')
    const [item] = order.items
    if (!item) throw new Error('no item')
    tables.sighted({ ...order, items: [item, { ...item, lineId: 'again' }] })
    tables.sighted(order)
    await tables.sightings.flush()
    const carriers = await tables.sightings.of('carrier')
    expect(carriers.map(({ count, example }) => [count, example])).toEqual(
      [...new Set(order.shippingLines.map(({ method }) => method))].map(() => [2, order.number]),
    )
    expect((await tables.sightings.of('currency')).map(({ key }) => key)).toEqual([order.currency])
    const codes = await tables.sightings.of('tax')
    expect(codes.every(({ count }) => count <= 2)).toBe(true)
  })

  it('are read from the storefront when a person asks, and a storefront that is away is said', async () => {
    const answer = await panel().discover()
    expect(answer).toMatchObject({ ok: true })
    expect(await tables.sightings.of('category')).toMatchObject([{ key: 'Apparel / Shirts', count: 2, example: 'TEE' }])
    expect((await tables.sightings.of('unit')).map(({ key }) => key)).toEqual(['pack'])
    expect((await tables.sightings.of('price_list')).map(({ key }) => key)).toEqual(['Dealers'])
    away = true
    expect(await panel().discover()).toMatchObject({ ok: false, outcome: { kind: 'retry' } })
    expect(await panel().choices('location', '')).toMatchObject({ state: 'away' })
    away = false
  })

  it('warehouses of Odoo stand in the table of locations before anything was met there', async () => {
    warehouses = [
      { value: 'WH', name: 'Main' },
      { value: 'NEW', name: 'New hall' },
    ]
    const page = await panel().values('location')
    expect(page?.rows.find(({ key }) => key === 'NEW')).toMatchObject({ state: 'open', name: 'New hall' })
    expect(page?.rows.find(({ key }) => key === 'WH')).toMatchObject({ state: 'delivered', result: 'main' })
    expect(await panel().choices('location', 'street')).toMatchObject({ state: 'free', items: [{ result: 'main' }] })
  })
})

describe('warehouses and locations', () => {
  it('are where the table says at the moment, and one without an entry is not for sale online', async () => {
    let current: LookupTables = defaultLookups
    const places = tableLocations({ tables: async () => current, fresh: async () => current, forget() {} })
    expect(places.location('WH')).toBe('main')
    current = mergeTables(defaultLookups, { location: { entries: { WH: 'berlin', EAST: null } } })
    await places.refresh()
    expect(places.location('WH')).toBe('berlin')
    expect(places.location('EAST')).toBeUndefined()
    expect(places.location('constructor')).toBeUndefined()
  })
})
