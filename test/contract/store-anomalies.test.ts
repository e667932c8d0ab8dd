import pino from 'pino'
import { beforeEach, expect, it } from 'vitest'
import { orderToOdoo } from '../../clarity-extension/flows/order-to-odoo.ts'
import { alertSignals } from '../../clarity-extension/ports/signals.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { createAlerts } from '../../clarity-extension/watch/alerts/alerts.ts'
import type { Channel, Notice } from '../../clarity-extension/watch/alerts/channels.ts'
import type { Watchman } from '../../clarity-extension/watch/anomalies/types.ts'
import { createWatchman } from '../../clarity-extension/watch/anomalies/watchman.ts'
import { type Order, order as orderShape } from '../../shared/entities.ts'
import { done, retry } from '../../shared/outcome.ts'
import { generatedOrder, shapes } from '../support/generated-orders.ts'
import { event, onBothStores, START, stateOf } from './store-support.ts'

const HOUR = 3_600_000
const log = pino({ level: 'silent' })
const chat: Channel = { id: 'ops', kind: 'chat', name: 'Ops', enabled: true, url: 'https://chat.example.com/hooks/s' }

onBothStores('anomalies', (it_) => {
  let clock: number
  let sent: Notice[]
  let delivered: string[]
  beforeEach(async () => {
    for (const table of ['memories', 'anomalies', 'anomaly_rules', 'readings', 'alerts'] as const)
      await it_.store.db.deleteFrom(table).execute()
    clock = START
    sent = []
    delivered = []
    await it_.anew({ now: () => clock })
  })

  const watchmanOf = (over: Store) =>
    createWatchman({ store: over, open: (stored) => stored, log, notify: () => {}, now: () => clock })
  const alertsOf = () =>
    createAlerts({
      store: it_.store,
      seal: createSeal(['a key of at least 32 characters, for tests']),
      log,
      signals: alertSignals(it_.store, it_.queries, {
        diskOf: undefined,
        expiries: async () => [],
        sweeps: async () => [],
        now: () => clock,
      }),
      panelUrl: 'https://bridge.example.com',
      allowPrivate: false,
      now: () => clock,
      deliver: async (_to, notice) => void sent.push(notice),
    })
  /** Orders to Odoo, with nobody behind it. */
  const flowWith = (watch: Watchman) =>
    orderToOdoo({
      readOrder: async () => ({ ok: false, outcome: retry('network', 'away') }),
      announce: () => () => undefined,
      prepare: async (order) => ({
        ok: true,
        value: {
          hash: JSON.stringify(order.items),
          async deliver() {
            delivered.push(order.number)
            return {
              ok: true,
              value: { status: 'created', state: stateFor(order), version: order.updatedAt, hash: 'h', by: [] },
            }
          },
        },
      }),
      inspect: (order, { id, approvals }) => watch.inspect(order, { id, approvals, subject: order.number }),
      publishStatus: async () => done('shown'),
      link: async (id) => (delivered.includes(`#${id}`) ? { version: null, hash: null } : undefined),
      saveLink: async () => {},
      saveHash: async () => {},
      releaseDemand: async () => {},
      recount: async () => undefined,
      forgetPublished: async () => {},
    })
  const run = async (watch: Watchman) => {
    const flow = flowWith(watch)
    await it_.ledger.start(({ id, type, lane, payload, attempt, approvals }, trace) =>
      flow({ id, key: `clarity:${id}`, type, lane, payload, attempt, traceparent: '', share: {}, approvals }, trace),
    )
  }

  it('a held order reaches Odoo by no event of it, is an alert, and is released from the review queue', async () => {
    const watch = watchmanOf(it_.store)
    await learn(watch)
    await watch.changeRule('quantity', 'hold', 'ann')
    clock += 2_000
    const alerts = alertsOf()
    await alerts.change({ rules: { no_orders: { enabled: false, threshold: 24 } }, channels: [chat] }, 'ann')
    await run(watch)
    const odd = order('odd', '900')
    const first = await tell('order.created', odd)
    // Another question than the first one's: its approval is no answer to that.
    const second = await tell('order.updated', order('odd', '901'))
    await tell('order.created', order('plain', '2'))
    await it_.ledger.idle()
    expect(delivered).toEqual(['#plain'])
    expect(await stateOf(it_, first)).toMatchObject({ state: 'held', cause: 'anomaly' })
    expect(await stateOf(it_, second)).toMatchObject({ state: 'held', cause: 'anomaly' })
    expect((await it_.queries.reviews({})).rows.map(({ id }) => id).sort()).toEqual([first, second])

    await alerts.look()
    await alerts.look()
    expect(sent.map(({ state, alerts: about }) => [state, about.map(({ key }) => key)])).toEqual([
      ['raised', ['anomaly:quantity:MUG']],
    ])
    expect(sent[0]?.alerts[0]).toMatchObject({
      title: 'Out of the ordinary: quantity in an order, MUG',
      text: expect.stringContaining('Order #odd is held until a person approves or rejects it.'),
      url: 'https://bridge.example.com/admin/attention/review',
    })

    expect(await it_.ledger.approve(second, 'ann')).toEqual({ moved: 1 })
    await it_.ledger.idle()
    expect(delivered).toEqual(['#plain', '#odd'])
    expect((await stateOf(it_, second)).state).toBe('done')
    await it_.ledger.dismiss({ ids: [first] }, 'the newer one went through', 'ann')
    await alerts.look()
    expect(sent.at(-1)).toMatchObject({ state: 'cleared', alerts: [{ key: 'anomaly:quantity:MUG' }] })
  })

  it('what one replica learns all of them know, and none overwrites another', async () => {
    const other = it_.store.dialect === 'postgres' ? await it_.place.open() : it_.store
    const watches = [watchmanOf(it_.store), watchmanOf(other)]
    const [one, two] = watches
    if (!one || !two) throw new Error('two replicas')
    for (let n = 0; n < 320; n++) {
      clock = START + n * 2 * HOUR
      await watches[n % 2]?.inspect(order(`o${n}`, String(1 + (n % 3))), seen(n))
      if (n % 40 === 39) await Promise.all(watches.map((watch) => watch.flush()))
    }
    const remembered = async (key: string) => {
      const row = await it_.store.db.selectFrom('memories').select('value').where('key', '=', key).executeTakeFirst()
      return JSON.parse(row?.value ?? '{}')
    }
    expect((await remembered('orders')).orders).toBe(320)
    expect((await remembered('sku:MUG')).quantities).toHaveLength(320)
    // Neither saw 300 orders itself; both judge.
    for (const watch of watches) {
      await watch.changeRule('quantity', 'hold', 'ann')
      clock += 2_000
      expect(await watch.inspect(order(`odd${clock}`, '900'), seen(1))).toMatchObject({ cause: 'anomaly' })
    }
    if (other !== it_.store) await other.close()
  })

  it('the same order given twice is seen, whichever replica took the first', async () => {
    const other = it_.store.dialect === 'postgres' ? await it_.place.open() : it_.store
    const one = watchmanOf(it_.store)
    const two = other === it_.store ? one : watchmanOf(other)
    await learn(one)
    await one.flush()
    await two.changeRule('duplicate', 'hold', 'ann')
    clock += 2_000
    const first = order('a', '2', 'c-same')
    const placed = clock
    clock += 60_000
    const again = order('b', '2', 'c-same')
    clock = placed
    await tell('order.created', first)
    const id = await tell('order.created', again)
    await one.inspect(first, seen(id - 1))
    clock += 60_000
    expect(await two.inspect(again, seen(id))).toMatchObject({
      kind: 'review',
      facts: { rule: 'duplicate', about: 'a', seen: 1 },
    })
    if (other !== it_.store) await other.close()
  })

  const seen = (id: number) => ({ id, subject: '#1', approvals: [] })

  async function learn(watch: Watchman): Promise<void> {
    for (let n = 0; n < 320; n++) {
      clock = START + n * 2 * HOUR
      await watch.inspect(order(`l${n}`, String(1 + (n % 3))), seen(0))
    }
  }

  async function tell(type: 'order.created' | 'order.updated', data: Order): Promise<number> {
    const body = { type, timestamp: new Date(clock).toISOString(), data }
    const { id } = await it_.ledger.ingest(
      event(`order:${data.id}`, {
        type,
        subject: data.number,
        payload: Buffer.from(JSON.stringify(body)),
        worth: { units: 1_000, currency: data.currency },
      }),
    )
    return id
  }

  function order(id: string, quantity: string, customerId = `c-${id}`): Order {
    const [shape] = shapes
    if (!shape) throw new Error('there are shapes')
    const base = generatedOrder(1, shape, 'USD', 1)
    return orderShape.parse({
      ...base,
      id,
      number: `#${id}`,
      customerId,
      total: '0.1',
      placedAt: new Date(clock).toISOString(),
      items: base.items.slice(0, 1).map((item) => ({ ...item, sku: 'MUG', quantity })),
    })
  }
})

const stateFor = (order: Order) => ({
  ref: order.id,
  id: 1,
  name: 'S1',
  state: 'sale' as const,
  delivery_status: null,
  amount_total: '1',
  amount_tax: '0',
  currency: 'USD',
  version: order.updatedAt,
  pickings: [],
})
