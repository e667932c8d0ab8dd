import type { Audit, AuditEntry } from '../../clarity-extension/audit/audit.ts'
import type { FakeLedger } from './fake-ledger.ts'

/** What people did, in memory: as much of it as the history it belongs to is long. */
export function fakeAudit(ledger: Pick<FakeLedger, 'broken' | 'now' | 'events'>): Audit {
  const own: AuditEntry[] = []
  const rows = (): AuditEntry[] => [
    ...own.toReversed(),
    ...Array.from({ length: Math.min(300, Math.floor(ledger.events.length / 30)) }, (_, index) =>
      rowOf(index, ledger.now()),
    ),
  ]
  return {
    async record({ before = null, after = null, ...change }) {
      own.push({ id: 100_000 + own.length, at: ledger.now(), before, after, hash: 'f'.repeat(64), ...change })
    },
    async list({ cursor = Number.POSITIVE_INFINITY, limit = 50, who, action, entity, from = 0, to = Infinity } = {}) {
      if (ledger.broken) throw new Error('the store is away')
      const all = rows()
      const found = all.filter(
        (row) =>
          row.id < cursor &&
          (who ?? row.who) === row.who &&
          (action ?? row.action) === row.action &&
          (entity ?? row.entity) === row.entity &&
          row.at >= from &&
          row.at < to,
      )
      return {
        rows: found.slice(0, limit),
        next: found.length > limit ? (found[limit - 1]?.id ?? null) : null,
        actions: [...new Set(all.map((row) => row.action))].sort(),
        people: [...new Set(all.map((row) => row.who))].sort(),
      }
    },
    async verify() {
      if (ledger.broken) throw new Error('the store is away')
      return { ok: true, rows: rows().length, head: 'f'.repeat(64) }
    },
  }
}

const kinds = [
  { who: 'ada', action: 'event.replay', entity: 'event:1157', before: { states: ['dead'] }, after: { moved: 1 } },
  {
    who: 'bridge',
    action: 'connection.pause',
    entity: 'connection:odoo',
    before: null,
    after: { cause: 'unauthorized' },
  },
  { who: 'bridge', action: 'connection.resume', entity: 'connection:odoo', before: { state: 'paused' }, after: null },
  { who: 'grace', action: 'event.reveal', entity: 'event:1140', before: null, after: null },
]

function rowOf(index: number, now: number): AuditEntry {
  const kind = kinds[index % kinds.length] ?? {
    who: 'ada',
    action: 'event.replay',
    entity: 'events',
    before: null,
    after: null,
  }
  return { ...kind, id: 5_000 - index, at: now - index * 37 * 60_000, hash: index.toString(16).padStart(64, '0') }
}
