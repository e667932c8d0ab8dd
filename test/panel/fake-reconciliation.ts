import type { ReconciliationPort } from '../../clarity-extension/http/ports.ts'
import { driftsCsv, takingsCsv } from '../../clarity-extension/reconcile/csv.ts'
import { type Drift, repairable } from '../../clarity-extension/reconcile/drift.ts'
import type { DriftRow } from '../../clarity-extension/reconcile/drifts.ts'
import type { Takings } from '../../clarity-extension/reconcile/takings.ts'
import type { FakeLedger } from './fake-ledger.ts'

/** Differences and takings in memory; none in an empty history. */
export function fakeReconciliation(
  ledger: Pick<FakeLedger, 'broken' | 'moves' | 'now' | 'events'>,
): ReconciliationPort {
  const rows = new Map<number, DriftRow['state']>()
  const check = () => {
    if (ledger.broken) throw new Error('the store is away')
  }
  const list = (): DriftRow[] => {
    check()
    const event = ledger.events.find(({ cause }) => cause === 'unknown_sku') ?? ledger.events[0]
    if (!event) return []
    return drifts.map((drift, index) => ({
      ...drift,
      id: index === 0 ? event.id : index,
      firstSeenAt: ledger.now() - 26 * 3_600_000,
      lastSeenAt: ledger.now() - 2 * 3_600_000,
      eventId: event.id,
      state: rows.get(index === 0 ? event.id : index) ?? 'open',
      repairedBy: null,
      ways: repairable[drift.kind],
    }))
  }
  return {
    list: async ({ kind }) => ({ rows: list().filter((row) => !kind || row.kind === kind), next: null }),
    async counts() {
      const counts = Map.groupBy(list(), ({ kind }) => kind)
      return [...counts].map(([kind, found]) => ({ kind, count: found.length }))
    },
    driftsCsv: async () => driftsCsv(list()),
    async repair(id, way, by) {
      const found = list().find((row) => row.id === id)
      if (!found) return undefined
      if (!found.ways.includes(way)) return false
      rows.set(id, 'repairing')
      ledger.moves.push(`repair ${found.kind} ${found.key} ${way} by ${by}`)
      return true
    },
    async takings(firstDay, lastDay) {
      if (list().length === 0) return { firstDay, lastDay, totals: [], unmatched: [] }
      return { ...figures, firstDay, lastDay }
    },
    takingsCsv: async (firstDay, lastDay) => takingsCsv({ ...figures, firstDay, lastDay }),
  }
}

const drifts: Drift[] = [
  { kind: 'stock', key: 'MUG-BLUE main', lane: 'stock:MUG-BLUE', subject: 'MUG-BLUE', clarity: '14', odoo: '12' },
  { kind: 'order_missing', key: '1044', lane: 'order:1044', subject: '#1044', clarity: '119.90 EUR', odoo: null },
  { kind: 'order_total', key: '1043', lane: 'order:1043', subject: '#1043', clarity: '48.10 EUR', odoo: '48.11 EUR' },
  { kind: 'shipment', key: '77', lane: 'order:1042', subject: '#1042', clarity: null, odoo: 'WH/OUT/00077' },
]

const figures: Takings = {
  firstDay: '',
  lastDay: '',
  totals: [
    { method: 'card', journal: 'CARD', currency: 'EUR', clarity: '12480.20', odoo: '12360.30', difference: '119.90' },
    { method: 'paypal', journal: 'PP', currency: 'EUR', clarity: '2310.00', odoo: '2310.00', difference: '0.00' },
    { method: null, journal: 'PP', currency: 'USD', clarity: '0.00', odoo: '15.00', difference: '-15.00' },
  ],
  unmatched: [
    {
      order: '#1044',
      payment: '1044/p1',
      method: 'card',
      journal: null,
      day: '2026-11-19',
      currency: 'EUR',
      clarity: '119.90',
      odoo: null,
      why: 'not_in_odoo',
    },
    {
      order: null,
      payment: 'PPP/2026/00031',
      method: null,
      journal: 'PP',
      day: '2026-11-20',
      currency: 'USD',
      clarity: null,
      odoo: '15.00',
      why: 'not_in_storefront',
    },
  ],
}
