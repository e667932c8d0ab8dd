import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { odooSide } from '../../clarity-extension/ports/connections.ts'
import { documentsInOdoo, writtenToOdoo } from '../../clarity-extension/ports/masters.ts'
import { MODULE_NEEDED } from '../../odoo-bridge/client/names.ts'
import type { Owner } from '../../shared/switches.ts'

const pong = {
  ...{
    module_version: '19.0.1.0.0',
    odoo_version: '19.0',
    database: 'x',
    time: new Date().toISOString(),
    warehouses: [],
  },
  company: { id: 1, name: 'X', currency: 'USD' },
  user: { id: 2, login: 'clarity' },
  missing_rights: ['create Sales Order'],
  missing_by_entity: { customer: [], product: ['create Product Variant'], payment: ['create Payments'] },
  entities: { order: true, shipment: true, stock: true, product: false, price: false, customer: false },
  outbox: { pending: 0, sending: true },
}
const ping = async () => ({ ok: true as const, value: pong })
const rights = async (written: string[]) => {
  const checks = await odooSide(
    { ping },
    () => ({ url: 'http://odoo', db: 'x' }),
    async () => written,
  ).check()
  return checks.find(({ name }) => name === 'Rights')?.message
}

describe('the module', () => {
  const module = async (module_version: string) => {
    const side = odooSide({ ping: async () => ({ ok: true, value: { ...pong, module_version } }) }, () => ({
      url: 'http://odoo',
      db: 'x',
    }))
    return (await side.check()).find(({ name }) => name === 'Module')
  }

  it('is too old when its version is, with both named and the remedy', async () => {
    expect(await module('18.0.9.9.9')).toEqual({
      name: 'Module',
      ok: false,
      message: `Odoo has Clarity Bridge 18.0.9.9.9; this bridge needs ${MODULE_NEEDED} or newer.`,
      remedy: expect.stringContaining('in Odoo under Apps'),
      ms: 0,
    })
    expect(await module('19.0.0.99.0')).toBeDefined()
    expect(await module(MODULE_NEEDED)).toBeUndefined()
    expect(await module(`${MODULE_NEEDED}.1`)).toBeUndefined()
    expect(await module('19.0.1.10.0')).toBeUndefined()
  })

  it('that comes with this bridge is new enough', async () => {
    const manifest = readFileSync(new URL('../../odoo-bridge/clarity_bridge/__manifest__.py', import.meta.url), 'utf8')
    expect(await module(/"version": "([^"]+)"/.exec(manifest)?.[1] ?? '0')).toBeUndefined()
  })
})

describe('the rights of the service user', () => {
  it('are those of what is switched on, said at once', async () => {
    expect(await rights(['order', 'customer'])).toBe('The service user lacks: create Sales Order.')
    expect(await rights(['product'])).toContain('create Sales Order, create Product Variant')
  })

  it('name what payments need besides, and do not keep the orders waiting for it', async () => {
    const documents = async () => documentsInOdoo({ enabled: async (entity) => entity === 'payment' })
    const odoo = odooSide({ ping }, () => ({ url: 'http://odoo', db: 'x' }), undefined, documents)
    expect((await odoo.check()).find(({ name }) => name === 'Rights for documents')).toMatchObject({
      ok: false,
      deliversAnyway: true,
      message: expect.stringContaining('create Payments'),
      remedy: expect.stringContaining('with Invoices and Payments'),
    })
  })

  it('an entity is written to Odoo where it is on and the storefront is its record in anything', async () => {
    const of = (owners: Partial<Record<'content' | 'price', Owner['side']>>, toOdoo = true) => {
      const chosen = Object.fromEntries(
        Object.entries(owners).map(([group, side]) => [group, { side, otherwise: 'ignore' as const }]),
      )
      return writtenToOdoo({
        of: async (name) => ({
          directions: { toOdoo, toClarity: true },
          owners: name === 'product' ? chosen : {},
        }),
      })
    }
    expect(await of({ content: 'odoo', price: 'odoo' })).toEqual([])
    expect(await of({ content: 'odoo', price: 'clarity' })).toEqual(['product'])
    expect(await of({ content: 'clarity' }, false)).toEqual([])
  })
})
