import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { until } from '../../support/until.ts'
import { alertsNobody, causesOf, eventsOf, through } from './events.ts'
import { one, shop, stage } from './standing.ts'

export function bridge(): void {
  describe('what the bridge itself meets', () => {
    it('bug: its store refuses a row in the middle of an order; it is tried again, and the order is in both systems once', async () => {
      const store = new Database(join(stage.dataDir, 'bridge.db'))
      store.exec(`create trigger broken before insert on links begin select raise(abort, 'no more'); end`)
      const bug = one()
      const lane = await bug.fault()
      const event = await until('a failed attempt', async () =>
        (await eventsOf(lane)).find(({ type, cause }) => type === 'order.created' && cause === 'bug'),
      )
      expect(event).toMatchObject({ state: 'ready', message: expect.stringContaining('no more') })
      await alertsNobody('bug')
      store.exec('drop trigger broken')
      store.close()
      await through(bug.made())
      expect(await causesOf(event.id)).toContain('bug')
      await bug.right()
    })

    it('lease_lost: it is killed in the middle of an order; the next start takes it up, and the order is in both systems once', async () => {
      const { odoo } = stage.fronts ?? {}
      if (!odoo) throw new Error('a stage with fronts')
      const asked = Promise.withResolvers<void>()
      odoo.answer = (path) => {
        if (path !== '/json/2/clarity.bridge/apply') return undefined
        asked.resolve()
        return new Promise(() => {})
      }
      const lost = one()
      const lane = await lost.fault()
      await asked.promise
      await stage.bridge.kill()
      odoo.answer = () => undefined
      await stage.bridge.start()
      const { id } = await through(lost.made())
      expect(await causesOf(id)).toContain('lease_lost')
      expect((await eventsOf(lane)).filter(({ type }) => type === 'order.created')).toHaveLength(1)
      await alertsNobody('lease_lost')
      await lost.right()
    })

    it('stale_quantity: the storefront has a newer number; it is counted again until both systems have the same', async () => {
      const row = { sku: 'TEA-EARL', locationKey: 'main', quantity: '3' }
      await shop.call('PUT', '/inventory', { rows: [{ ...row, asOf: new Date(Date.now() + 3_000).toISOString() }] })
      stage.odoo.person.setOnHand('TEA-EARL', 'WH', '77')
      await until('the same number in both', async () =>
        (await shop.inventory()).some(
          ({ sku, locationKey, quantity }) => sku === 'TEA-EARL' && locationKey === 'main' && Number(quantity) === 77,
        ),
      )
      const counted = (await eventsOf('stock:TEA-EARL')).filter(({ type }) => type === 'stock.changed')
      expect((await Promise.all(counted.map(({ id }) => causesOf(id)))).flat()).toContain('stale_quantity')
      await alertsNobody('stale_quantity')
    })
  })
}
