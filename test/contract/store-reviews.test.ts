import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { done, type Outcome, retry, review } from '../../shared/outcome.ts'
import { type Bench, bench, dialects, event, type Place, stateOf, wipe } from './store-support.ts'

describe.each(dialects)('decisions on $dialect', ({ possible, place: makePlace }) => {
  describe.skipIf(!possible)('', () => {
    let place: Place
    let store: Store
    let it_: Bench
    beforeAll(async () => {
      place = await makePlace()
      store = await place.open()
    })
    afterAll(async () => {
      await store.close()
      await place.remove()
    })
    beforeEach(async () => {
      await wipe(store)
      it_ = bench(store)
    })
    afterEach(() => it_.ledger.stop())

    async function held(cause: string, then: (approvals: readonly string[]) => Outcome = () => review(cause, 'no')) {
      await it_.ledger.start(async ({ approvals }) => then(approvals))
      const { id } = await it_.ledger.ingest(event('order:1'))
      await it_.ledger.idle()
      return id
    }

    it('reach the flow and stay with the event however often it is tried', async () => {
      const seen: string[] = []
      const id = await held('rule', (approvals) => {
        seen.push(approvals.join('+'))
        if (!approvals.includes('rule')) return review('rule', 'above 10,000')
        if (!approvals.includes('totals_differ')) return review('totals_differ', 'one cent')
        return seen.length < 4 ? retry('network', 'away') : done('applied')
      })
      expect(await it_.ledger.approve(id, 'ada')).toEqual({ moved: 1 })
      await it_.ledger.idle()
      expect(await stateOf(it_, id)).toMatchObject({ state: 'held', cause: 'totals_differ' })
      expect(await it_.ledger.approve(id, 'grace')).toEqual({ moved: 1 })
      await it_.ledger.idle()
      await it_.later(2_000)
      expect(await stateOf(it_, id)).toMatchObject({ state: 'done', settled_by: 'grace' })
      expect(seen).toEqual(['', 'rule', 'rule+totals_differ', 'rule+totals_differ'])
    })

    it('take everything that the person saw it held for with one click, and nothing that no approval can mend', async () => {
      const facts = { reasons: ['credit_limit', 'customer_warning', 'not_editable'].map((cause) => ({ cause })) }
      const seen: string[] = []
      const id = await held('credit_limit', (approvals) => {
        seen.push(approvals.join('+'))
        return approvals.length > 0 ? done('applied') : review('credit_limit', 'two reasons', facts)
      })
      expect(await it_.ledger.approve(id, 'ada')).toEqual({ moved: 1 })
      await it_.ledger.idle()
      expect(seen).toEqual(['', 'credit_limit+customer_warning'])
      const { rows } = await createAudit(store).list({ entity: `event:${id}`, action: 'review.approve', limit: 1 })
      expect(rows[0]?.before).toEqual({ held: 'credit_limit customer_warning' })
    })

    it('CASES 40: are made once: the second click does nothing', async () => {
      const id = await held('totals_differ')
      await it_.ledger.stop()
      const clicks = await Promise.all([it_.ledger.approve(id, 'ada'), it_.ledger.approve(id, 'grace')])
      expect(clicks.map(({ moved }) => moved).sort()).toEqual([0, 1])
      const { rows } = await createAudit(store).list({ entity: `event:${id}`, action: 'review.approve', limit: 1 })
      expect(rows[0]?.before).toEqual({ held: 'totals_differ' })
    })

    it('CASES 35: cannot approve what a person has to do in Odoo: a cancellation after delivery is closed with a reason', async () => {
      const id = await held('already_delivered')
      expect(await it_.ledger.approve(id, 'ada')).toEqual({ moved: 0 })
      expect(await it_.ledger.dismiss({ ids: [id] }, 'goods came back', 'ada')).toEqual({ moved: 1 })
    })

    it('are listed oldest first with who looks at them and what was said', async () => {
      const id = await held('totals_differ', () => review('totals_differ', 'one cent', { odoo_total: '1.01' }))
      const { id: second } = await it_.ledger.ingest(event('order:2'))
      await it_.ledger.idle()
      expect(await it_.ledger.assign(id, 'ada', 'grace')).toBe(true)
      expect(await it_.ledger.comment(id, 'The VAT of Austria.', 'grace')).toBe(true)
      const page = await it_.queries.reviews()
      expect(page.rows.map((row) => row.id)).toEqual([id, second])
      expect(page.rows[0]).toMatchObject({ assignee: 'ada', comments: 1, facts: { odoo_total: '1.01' } })
      expect(page.assignees).toEqual(['ada'])
      expect((await it_.queries.reviews({ assignee: '' })).rows.map((row) => row.id)).toEqual([second])
      expect((await it_.queries.reviews({ limit: 1 })).next).toBe(id)
      expect((await it_.queries.detail(id))?.comments).toMatchObject([{ who: 'grace', text: 'The VAT of Austria.' }])
      expect(await it_.ledger.assign(999, 'ada', 'grace')).toBe(false)
      expect(await it_.ledger.comment(999, 'x', 'grace')).toBe(false)
    })
  })
})
