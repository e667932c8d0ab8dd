import { describe, expect, it } from 'vitest'
import type { OdooClient, Pages } from '../../../odoo-bridge/client/client.ts'
import { line, order } from '../odoo-operations.ts'
import { type Bench, first, value } from './bench.ts'

export function reading(on: Bench): void {
  describe('reading', () => {
    const reading = 'reading'
    const since = '2020-01-01T00:00:00Z'
    const placed = async (ref: string) =>
      first(value(await on.client.apply(reading, [order({ ref, lines: [line({ sku: 'MUG-WHT', price: '12.40' })] })])))

    /** Page by page to the end. */
    async function changes(kind: 'order' | 'picking' | 'stock', limit: number) {
      const found = []
      let position: { since: string; after?: number } | null = { since }
      while (position) {
        const page: Changes = value(await on.client.changes(reading, kind, { ...position, limit }))
        expect(page.changes.length).toBeLessThanOrEqual(limit)
        found.push(...page.changes)
        position = page.next
      }
      return found
    }

    it('tells what changed, oldest first, as webhooks would, over any number of pages', async () => {
      const orders = [await placed('read-1'), await placed('read-2'), await placed('read-3')]
      const found = await changes('order', 2)
      expect(found.map(({ id }) => id)).toEqual(orders.map(({ res_id }) => res_id))
      expect(found.map(({ body }) => body)).toMatchObject(
        ['read-1', 'read-2', 'read-3'].map((ref) => ({ type: 'sale_order.changed', data: { order: { ref } } })),
      )
      expect(found.map(({ version }) => version)).toEqual(found.map(({ version }) => version).sort())
      const last = found.at(-1)
      const after = { since: last?.version ?? '', after: last?.id ?? 0 }
      expect(value(await on.client.changes(reading, 'order', after)).changes).toEqual([])

      const picking = first(orders[1]?.order?.pickings ?? [])
      await on.person.validate(picking.id)
      expect(await changes('picking', 100)).toMatchObject([
        { id: picking.id, body: { type: 'picking.done', data: { picking_id: picking.id, order: { ref: 'read-2' } } } },
      ])
      expect((await changes('order', 100)).at(-1)).toMatchObject({ body: { data: { order: { ref: 'read-2' } } } })
    })

    it('tells a product whose stock moved once', async () => {
      await on.person.setOnHand('MUG-GRN', 'WH', '31')
      await on.person.setOnHand('MUG-GRN', 'EAST', '32')
      const skus = (await changes('stock', 1000)).map(({ body }) => body.type === 'stock.changed' && body.data.sku)
      expect(skus.filter((sku) => sku === 'MUG-GRN')).toHaveLength(1)
      expect(skus.at(-1)).toBe('MUG-GRN')
    })

    it('gives everything there is, once, and from one snapshot per page', async () => {
      const refs: string[] = []
      let after: number | null = 0
      while (after !== null) {
        const page: Page = value(await on.client.readPage(reading, 'order', { after, limit: 2 }))
        refs.push(...page.orders.map(({ ref }) => ref))
        after = page.next
      }
      expect(refs).toEqual(['read-1', 'read-2', 'read-3'])
      expect(value(await on.client.readPage(reading, 'picking')).pickings).toMatchObject([{ order: { ref: 'read-2' } }])
      const { stock, next } = value(await on.client.readPage(reading, 'stock', { limit: 1000 }))
      expect(next).toBeNull()
      const [row] = stock.filter(({ sku, warehouse }) => sku === 'MUG-GRN' && warehouse === 'EAST')
      expect(row).toMatchObject({ on_hand: '32' })
    })

    it('has no documents of orders for which nothing was written, and tells of no master data until it is switched on', async () => {
      for (const kind of ['invoice', 'return', 'product', 'partner', 'price'] as const) {
        expect(value(await on.client.changes(reading, kind, { since })).changes).toEqual([])
      }
      expect(value(await on.client.readPage(reading, 'invoice')).invoices).toEqual([])
      expect(value(await on.client.readPage(reading, 'credit')).credits).toEqual([])
    })

    it('refuses what it cannot read', async () => {
      expect(await on.client.changes(reading, 'order', { since: 'yesterday' })).toMatchObject({
        outcome: { kind: 'correct' },
      })
      expect(await on.client.readPage(reading, 'order', { limit: 1001 })).toMatchObject({
        outcome: { kind: 'correct' },
      })
    })
  })
}

type Changes = Extract<Awaited<ReturnType<OdooClient['changes']>>, { ok: true }>['value']
type Page = Pages['order']
