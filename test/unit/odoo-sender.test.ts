import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { odooSender } from '../../clarity-extension/delivery/odoo-sender.ts'
import type { Operation, Result } from '../../odoo-bridge/client/shapes.ts'
import { correct, retry } from '../../shared/outcome.ts'

const operation = (id: string, change: Partial<Operation> = {}): Operation => ({
  id,
  kind: 'order',
  ref: id,
  version: '2026-11-20T10:00:00.000Z',
  hash: 'h',
  model: 'sale.order',
  values: {},
  ...change,
})
const created = ({ id }: Operation): Result => ({ id, status: 'created', res_id: 1 })
const customer = (ref: string) => ({
  kind: 'customer',
  ref,
  version: '2026-11-20T10:00:00.000Z',
  model: 'res.partner',
  values: {},
})

type Apply = Parameters<typeof odooSender>[0]['apply']
function setup(answer: (operations: readonly Operation[]) => Awaited<ReturnType<Apply>>) {
  const calls: string[][] = []
  const sender = odooSender(
    {
      async apply(_, operations) {
        calls.push(operations.map(({ id }) => id))
        await new Promise((resolve) => setImmediate(resolve))
        return answer(operations)
      },
    },
    'default',
  )
  return { sender, calls }
}

describe('odoo sender', () => {
  it('lets the one operation that a whole call is refused for stand alone; the others arrive', async () => {
    const broken = { code: 'invalid_value', message: 'no such value', remedy: 'Correct it.' }
    const { sender } = setup((operations) =>
      operations.some(({ id }) => id === 'bad')
        ? { ok: false, outcome: correct(broken) }
        : { ok: true, value: operations.map(created) },
    )
    const answers = await Promise.all(['a', 'b', 'bad', 'c', 'd'].map((id) => sender.apply(operation(id))))
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, false, true, true])
  })

  it('does not halve what is only away', async () => {
    const { sender, calls } = setup(() => ({ ok: false, outcome: retry('network', 'away') }))
    const answers = await Promise.all(['a', 'b', 'c'].map((id) => sender.apply(operation(id))))
    expect(answers.every((answer) => !answer.ok && answer.outcome.kind === 'retry')).toBe(true)
    expect(calls).toHaveLength(1)
  })

  it('never creates one customer in two calls at a time', async () => {
    const { calls, sender: fresh } = setup((operations) => ({ ok: true, value: operations.map(created) }))
    const together = Array.from({ length: 60 }, (_, n) => fresh.apply(operation(`o${n}`, { ensure: [customer('77')] })))
    await new Promise((resolve) => setImmediate(resolve))
    expect(fresh.inFlight).toBe(1)
    await Promise.all(together)
    expect(calls[0]).toHaveLength(50)
    expect(calls.flat()).toHaveLength(60)
  })

  it('lets a customer whom Odoo has be in two calls at a time', async () => {
    const { sender } = setup((operations) => ({ ok: true, value: operations.map(created) }))
    await sender.apply(operation('first', { ensure: [customer('77')] }))
    const together = Array.from({ length: 60 }, (_, n) =>
      sender.apply(operation(`o${n}`, { ensure: [customer('77')] })),
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(sender.inFlight).toBe(2)
    await Promise.all(together)
  })

  it('has room for the calls that Odoo takes and one that gathers, and for fewer once Odoo refuses', async () => {
    const { sender } = setup(() => ({ ok: false, outcome: retry('network', 'too many connections') }))
    expect(sender.room).toBe(150)
    await sender.apply(operation('a'))
    expect(sender.room).toBe(100)
  })

  describe('in a crowd', () => {
    // Patience ends only where a test lets it.
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
    afterEach(() => void vi.useRealTimers())
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const crowd = (many: number) => {
      const { calls, sender } = setup((operations) => ({ ok: true, value: operations.map(created) }))
      const ids = Array.from({ length: many }, (_, n) => `o${n}`)
      return { calls, sender, ids, gone: ids.map((ref) => sender.announce({ kind: 'order', ref })) }
    }

    it('waits for those that were on the way, and they travel together', async () => {
      const { calls, sender, ids } = crowd(20)
      const answers = []
      for (const id of ids) {
        answers.push(sender.apply(operation(id)))
        await turn()
      }
      await Promise.all(answers)
      expect(calls).toEqual([ids])
    })

    it('waits for nobody who gave up or came later', async () => {
      const { calls, sender, ids, gone } = crowd(10)
      const answers = ids.slice(0, 9).map((id) => sender.apply(operation(id)))
      for (const ref of ids) sender.announce({ kind: 'order', ref: `later ${ref}` })
      await turn()
      expect(calls).toEqual([])
      gone[9]?.()
      await Promise.all(answers)
      expect(calls).toEqual([ids.slice(0, 9)])
    })

    it('is no crowd of a few, and a full call waits for nobody', async () => {
      const few = crowd(3)
      await few.sender.apply(operation('o0'))
      expect(few.calls).toEqual([['o0']])
      const many = crowd(70)
      await Promise.all(many.ids.slice(0, 50).map((id) => many.sender.apply(operation(id))))
      expect(many.calls).toEqual([many.ids.slice(0, 50)])
    })

    it('has patience, but not for long', async () => {
      const { calls, sender } = crowd(10)
      const answer = sender.apply(operation('o0'))
      await turn()
      expect(calls).toEqual([])
      vi.advanceTimersByTime(1_000)
      await answer
      expect(calls).toEqual([['o0']])
    })
  })

  it('says each result of Odoo as what is to be done', async () => {
    const results: Record<string, Result> = {
      race: { id: 'race', status: 'retry' },
      right: { id: 'right', status: 'denied', problems: [{ code: 'access_denied', message: 'No right to create.' }] },
      totals: {
        id: 'totals',
        status: 'review',
        problems: [{ code: 'totals_differ', message: 'Totals differ.' }],
        computed: {
          amount_untaxed: '10',
          amount_tax: '1',
          amount_total: '11',
          lines: [
            { ref: 'L1', name: 'Mug', quantity: '2', price_unit: '5', subtotal: '10', tax: '1', total: '11' },
            { name: 'Added in Odoo', quantity: '1', price_unit: '0', subtotal: '0', tax: '0', total: '0' },
          ],
        },
      },
      sku: {
        id: 'sku',
        status: 'correct',
        problems: [{ code: 'not_found', field: '/order_line/0/product_id', value: 'X', message: 'No product X.' }],
      },
    }
    const { sender } = setup((operations) => ({
      ok: true,
      value: operations.map(({ id }) => results[id] ?? created(operation(id))),
    }))
    const lines = [
      { ref: 'L1', subtotal: '10.00', tax: '1.50' },
      { ref: 'L2', subtotal: '0.00', tax: '0.50' },
    ]
    const expected = { expect: { amount_total: '12.00', amount_tax: '2.00', lines } }
    const [race, right, totals, sku] = await Promise.all(
      Object.keys(results).map((id) => sender.apply(operation(id, expected))),
    )
    expect(race).toMatchObject({ outcome: { kind: 'retry', cause: 'conflict' } })
    expect(right).toMatchObject({ outcome: { kind: 'refused', connection: 'odoo', cause: 'missing_right' } })
    expect(totals).toMatchObject({
      outcome: {
        kind: 'review',
        cause: 'totals_differ',
        facts: {
          storefront_total: '12.00',
          odoo_total: '11',
          lines: [
            { line: 'L1', storefront_subtotal: '10.00', odoo_subtotal: '10', storefront_tax: '1.50', odoo_tax: '1' },
            { line: null, name: 'Added in Odoo', storefront_subtotal: null, odoo_subtotal: '0' },
            { line: 'L2', storefront_subtotal: '0.00', storefront_tax: '0.50' },
          ],
        },
      },
    })
    expect(sku).toMatchObject({
      outcome: { kind: 'correct', problems: [{ code: 'unknown_sku', target: '/order_line/0/product_id', value: 'X' }] },
    })
  })
})
