import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHorizon } from '../../clarity-extension/ledger/horizon.ts'
import type { LedgerOptions } from '../../clarity-extension/ledger/ledger.ts'
import type { Ledger, NewEvent } from '../../clarity-extension/ledger/types.ts'
import { demandStore } from '../../clarity-extension/ports/demand.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { bench, burst, dialects, event, type Place, recorder } from './store-support.ts'

describe.each(dialects.filter(({ dialect, possible }) => possible && dialect === 'PostgreSQL'))(
  'a burst of which one of two replicas on $dialect',
  ({ place: makePlace }) => {
    let place: Place
    let one: Store
    let other: Store
    beforeEach(async () => {
      place = await makePlace()
      one = await place.open()
      other = await place.open()
    })
    afterEach(async () => {
      await Promise.all([one.close(), other.close()])
      await place.remove()
    })

    /** As one that was killed, or stands still: what it stored it never looks at. */
    const still = (store: Store): Store => ({
      ...store,
      run: (procedure, input, transfer) =>
        procedure.name === 'waitingArrivals' ? new Promise(() => undefined) : store.run(procedure, input, transfer),
    })
    const selling: Partial<LedgerOptions> = {
      project: ({ subject }) => ({ orderId: subject, placedAt: 5, items: [{ sku: 'MUG', quantity: '2' }] }),
    }
    const orders = (count: number, from = 0) =>
      burst(count, (index) => event(`order:${from + index}`, { subject: `${from + index}` }))
    const take = (ledger: Pick<Ledger, 'ingest'>, events: readonly NewEvent[]) =>
      Promise.all(events.map((event) => ledger.ingest(event)))

    it('was killed comes into its lanes by the other one some seconds later, in its order, once', async () => {
      const every = vi.spyOn(globalThis, 'setInterval')
      let now = Date.now()
      const second = bench(other, { now: () => now })
      const { runs, handler } = recorder()
      await second.ledger.start(handler)
      const rescues = every.mock.calls.flatMap(([work, ms]) => (ms === 5_000 ? [work] : []))
      every.mockRestore()
      const answers = await take(bench(still(one), { now: () => now }).ledger, orders(30))
      const look = async () => {
        for (const rescue of rescues) rescue()
        await new Promise((resolve) => setTimeout(resolve, 200))
        await second.ledger.idle()
      }
      await look()
      expect(runs).toEqual([])
      now += 5_001
      await look()
      expect(runs.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(answers.map(({ id }) => id))
      await look()
      expect(runs).toHaveLength(30)
      await second.ledger.stop()
    })

    it('was killed comes into its lanes with the next one that starts', async () => {
      const answers = await take(bench(still(one)).ledger, orders(30))
      const second = bench(other)
      const { runs, handler } = recorder()
      await second.ledger.start(handler)
      await second.ledger.idle()
      expect(runs.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(answers.map(({ id }) => id))
      await second.ledger.stop()
    })

    it('has not looked at it yet is sold for the other one, too', async () => {
      await take(bench(still(one), selling).ledger, orders(30))
      bench(other, selling)
      const sold = await demandStore(other).of(['MUG'])
      expect(sold.toSorted((a, b) => Number(a.orderId) - Number(b.orderId))).toEqual(
        Array.from({ length: 30 }, (_, id) => ({ orderId: `${id}`, sku: 'MUG', quantity: '2' })),
      )
    })

    it('has taken while the other one was told the same is in the history once', async () => {
      const [first, second] = [bench(one), bench(other)]
      const { runs, handler } = recorder()
      await Promise.all([first.ledger.start(handler), second.ledger.start(handler)])
      for (let round = 0; round < 5; round++) {
        const events = orders(60, round * 60)
        await Promise.all([take(first.ledger, events), take(second.ledger, events.toReversed())])
      }
      await Promise.all([first.ledger.idle(), second.ledger.idle()])
      await first.ledger.idle()
      expect(await one.db.selectFrom('events').select('id').execute()).toHaveLength(300)
      expect(new Set(runs.map(({ lane }) => lane)).size).toBe(300)
      expect(runs).toHaveLength(300)
      const { received } = await one.db
        .selectFrom('throughput')
        .select((row) => row.fn.sum<number>('received').as('received'))
        .executeTakeFirstOrThrow()
      expect(received).toBe(300)
      await Promise.all([first.ledger.stop(), second.ledger.stop()])
    })

    it('has not looked at it yet is still to be made searchable, although later ones are', async () => {
      const second = bench(other)
      const horizon = createHorizon(other)
      // Transactions of other databases of the server count, too: it goes on as soon as they have ended.
      const reached = async () => (await horizon()).events
      const early = await second.ledger.ingest(event('order:early'))
      await expect.poll(reached).toBe(early.id)
      const [first] = await take(bench(still(one)).ledger, orders(30))
      const late = await second.ledger.ingest(event('order:late'))
      for (let look = 0; look < 10; look++) expect(await reached()).toBe((first?.id ?? 0) - 1)
      await second.ledger.start(recorder().handler)
      await expect.poll(reached).toBe(late.id)
      await second.ledger.stop()
    })

    it('has taken with ids of the other one between them keeps each under its own', async () => {
      const [first, second] = [bench(one), bench(other)]
      const all = orders(400)
      const answers = await Promise.all(
        all.map((event, index) => (index % 2 === 0 ? first : second).ledger.ingest(event)),
      )
      await Promise.all([one, other].map((store) => store.db.selectFrom('events').select('id').execute()))
      const rows = await one.db.selectFrom('events').select(['id', 'webhook_id']).execute()
      const ids = new Map(rows.map((row) => [row.webhook_id, row.id]))
      expect(all.map(({ webhookId }) => ids.get(webhookId))).toEqual(answers.map(({ id }) => id))
    })
  },
)
