import { expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { done, type Facts, type Outcome, retry, review } from '../../shared/outcome.ts'
import { PROPOSED } from '../../shared/switches.ts'
import { event, onBothStores, stateOf } from './store-support.ts'

onBothStores('decisions', (it_) => {
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
    const { rows } = await createAudit(it_.store).list({ entity: `event:${id}`, action: 'review.approve', limit: 1 })
    expect(rows[0]?.before).toEqual({ held: 'credit_limit customer_warning' })
  })

  it('hold for later events of the record, as long as they are held for the very same, and for no other record', async () => {
    let facts: Facts = { total: '12000.00' }
    const seen: string[] = []
    await it_.ledger.start(async ({ lane, approvals }) => {
      seen.push(`${lane} ${approvals.join('+')}`)
      if (approvals.includes('rule')) return done('applied')
      return review('rule', 'above 10,000', facts)
    })
    const next = async (lane: string) => {
      const { id } = await it_.ledger.ingest(event(lane))
      await it_.ledger.idle()
      return id
    }
    const first = await next('order:1')
    await it_.ledger.approve(first, 'ada')
    await it_.ledger.idle()
    expect(await stateOf(it_, await next('order:1'))).toMatchObject({ state: 'done' })
    expect(seen.splice(0)).toEqual(['order:1 ', 'order:1 rule', 'order:1 ', 'order:1 rule'])
    expect(await stateOf(it_, await next('order:2'))).toMatchObject({ state: 'held' })
    facts = { total: '13000.00' }
    const changed = await next('order:1')
    expect(await stateOf(it_, changed)).toMatchObject({ state: 'held', cause: 'rule' })
    expect(await it_.ledger.approve(changed, 'ada')).toEqual({ moved: 1 })
    await it_.ledger.idle()
    expect(await stateOf(it_, await next('order:1'))).toMatchObject({ state: 'done' })
  })

  it('answer the record’s other events that wait for the very same, unless each is a proposal of its own', async () => {
    const ask = async (cause: string) => {
      await it_.ledger.start(async ({ approvals, approved }) =>
        approved || approvals.length > 0 ? done('applied') : review(cause, 'no', { total: '1.00' }),
      )
      const ids = []
      for (const lane of ['order:1', 'order:1', 'order:2']) ids.push((await it_.ledger.ingest(event(lane))).id)
      await it_.ledger.idle()
      const answer = await it_.ledger.approve(ids[0] ?? 0, 'ada')
      await it_.ledger.idle()
      await it_.ledger.stop()
      return { answer, states: await Promise.all(ids.map(async (id) => (await stateOf(it_, id))?.state)) }
    }
    expect(await ask('totals_differ')).toEqual({ answer: { moved: 2 }, states: ['done', 'done', 'held'] })
    await it_.anew()
    expect(await ask(PROPOSED)).toEqual({ answer: { moved: 1 }, states: ['done', 'held', 'held'] })
  })

  it('are needless once a later event of the record went through, unless a person has something to do in Odoo', async () => {
    const becomes = async (cause: string) => {
      let good = false
      await it_.ledger.start(async () => (good ? done('applied') : review(cause, 'no')))
      const { id } = await it_.ledger.ingest(event('order:1'))
      const { id: other } = await it_.ledger.ingest(event('order:2'))
      await it_.ledger.idle()
      good = true
      await it_.ledger.ingest(event('order:1'))
      await it_.ledger.idle()
      await it_.ledger.stop()
      expect(await stateOf(it_, other)).toMatchObject({ state: 'held' })
      return await stateOf(it_, id)
    }
    for (const cause of ['totals_inconsistent', 'credit_limit', 'anomaly', 'status_conflict']) {
      expect(await becomes(cause), cause).toMatchObject({ state: 'skipped', cause: 'superseded' })
      await it_.anew()
    }
    for (const cause of ['already_delivered', 'not_editable', PROPOSED]) {
      expect(await becomes(cause), cause).toMatchObject({ state: 'held', cause })
      await it_.anew()
    }
  })

  it('CASES 40: are made once: the second click does nothing', async () => {
    const id = await held('totals_differ')
    await it_.ledger.stop()
    const clicks = await Promise.all([it_.ledger.approve(id, 'ada'), it_.ledger.approve(id, 'grace')])
    expect(clicks.map(({ moved }) => moved).sort()).toEqual([0, 1])
    const { rows } = await createAudit(it_.store).list({ entity: `event:${id}`, action: 'review.approve', limit: 1 })
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
