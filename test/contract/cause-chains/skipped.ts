import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../../support/until.ts'
import { registered } from './both-sides.ts'
import { active, events, eventsOf, through, waitingOn } from './events.ts'
import { none } from './records.ts'
import { inOdoo, later, one, panel, shop, stage, tell } from './standing.ts'

export function skipped(): void {
  describe('what needs nothing done', () => {
    const settled = (lane: string, type: string) =>
      until(`${type} of ${lane} settled`, async () => {
        const own = (await eventsOf(lane)).filter((event) => event.type === type)
        return own.length > 0 && own.every(({ state }) => state !== 'ready' && state !== 'running') && own
      })

    it('is skipped with its reason and alerts nobody: stale, unchanged, superseded, not for us', async () => {
      const order = one()
      const lane = await order.fault()
      await through(order.made())
      await tell(order.made(), 'order.updated')
      expect(await settled(lane, 'order.updated')).toMatchObject([{ state: 'skipped', cause: 'unchanged' }])
      await tell({ ...order.made(), updatedAt: '2020-01-01T00:00:00Z' }, 'order.paymentUpdated')
      expect(await settled(lane, 'order.paymentUpdated')).toMatchObject([{ state: 'skipped', cause: 'stale' }])
      await order.right()

      const mended = one(none)
      const held = await mended.fault()
      await waitingOn(held)
      await tell({ ...mended.made(), updatedAt: later(mended.made()) }, 'order.updated')
      await settled(held, 'order.updated')
      expect(await settled(held, 'order.created')).toMatchObject([{ state: 'skipped', cause: 'superseded' }])
      await mended.right()

      const foreign = one((given) => ({
        ...given,
        items: given.items.map((item) => ({ ...item, fulfilledBy: 'thirdParty' })),
      }))
      const not = await foreign.fault()
      expect(await settled(not, 'order.created')).toMatchObject([{ state: 'skipped', cause: 'not_for_us' }])
      expect(inOdoo(foreign.made())).toBe(0)
      await nobodyIsAsked()
    })

    it('switched_off, not_the_record: waits for a switch, and once it is thrown a replay brings the record over', async () => {
      const email = 'sven@switched.example'
      const partners = () => stage.odoo.person.count('res.partner', { email })
      const body = { type: 'person', name: 'Sven Switched', email, phone: '1' }
      const { id } = registered.parse(await shop.call('PUT', '/customers/by-key/sven', body))
      const told = async (type: string) =>
        tell(z.looseObject({}).parse(await shop.call('GET', `/customers/${id}`)), type)
      const lane = `customer:${id}`

      await panel('PATCH', '/entities/customer', { directions: { toOdoo: false } })
      await told('customer.created')
      expect(await settled(lane, 'customer.created')).toMatchObject([{ state: 'skipped', cause: 'switched_off' }])
      expect(partners()).toBe(0)
      await panel('PATCH', '/entities/customer', { directions: { toOdoo: true } })
      expect(await panel('POST', '/entities/customer/toOdoo/replay', {})).toEqual({ moved: 1 })
      await until('the partner', async () => partners() === 1)

      const odoo = { side: 'odoo', otherwise: 'ignore' }
      await panel('PATCH', '/entities/customer', { owners: { content: odoo, addresses: odoo } })
      await shop.call('PATCH', `/customers/${id}`, { phone: '2' })
      await told('customer.updated')
      const [event] = await settled(lane, 'customer.updated')
      expect(event).toMatchObject({ state: 'skipped', cause: 'not_the_record' })
      const clarity = { side: 'clarity', otherwise: 'ignore' }
      await panel('PATCH', '/entities/customer', { owners: { content: clarity, addresses: clarity } })
      await told('customer.updated')
      await until('her number', async () => stage.odoo.person.count('res.partner', { email, phone: '2' }) === 1)
      expect(partners()).toBe(1)
      await nobodyIsAsked()
    })

    /** An alert about what was mended a moment ago ends within seconds, not at once. */
    async function nobodyIsAsked(): Promise<void> {
      const { items } = events.parse(await panel('GET', '/events?state=dead,held'))
      expect(items).toEqual([])
      await until('nobody to be asked', async () => {
        const rules = active.parse(await panel('GET', '/alerts')).active.map(({ rule }) => rule)
        return !rules.some((rule) => rule === 'dead_letters' || rule === 'reviews')
      })
    }
  })
}
