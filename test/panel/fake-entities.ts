import type { EntitiesPort, EntityState } from '../../clarity-extension/http/ports.ts'
import { fieldGroups } from '../../shared/switches.ts'
import type { FakeLedger } from './fake-ledger.ts'

/** Switches in memory: stock is off to the storefront and has left something out, product prices are proposed. */
export function fakeEntities(ledger: Pick<FakeLedger, 'broken' | 'moves' | 'now'>): EntitiesPort {
  const hour = 3_600_000
  const way = (name: 'toOdoo' | 'toClarity', enabled = true, skipped = 0) => ({
    name,
    enabled,
    lastSyncAt: ledger.now() - hour,
    skipped: { count: skipped, oldestAt: skipped > 0 ? ledger.now() - 5 * hour : null },
  })
  const state: EntityState[] = [
    { name: 'order', directions: [way('toOdoo'), way('toClarity')], owners: [], linked: 1_204 },
    { name: 'shipment', directions: [way('toClarity')], owners: [], linked: 1_187 },
    {
      name: 'stock',
      directions: [way('toClarity', false, 48)],
      owners: [{ group: 'stock', side: 'odoo', otherwise: 'ignore' }],
      linked: null,
    },
    {
      name: 'product',
      directions: [{ ...way('toOdoo', true, 3), lastSyncAt: null }, way('toClarity')],
      owners: [
        { group: 'content', side: 'odoo', otherwise: 'ignore' },
        { group: 'price', side: 'odoo', otherwise: 'propose' },
      ],
      linked: 312,
    },
  ]
  const check = () => {
    if (ledger.broken) throw new Error('the store is away')
  }
  return {
    async list() {
      check()
      return structuredClone(state)
    },
    async change(entity, change, by) {
      check()
      const found = state.find(({ name }) => name === entity)
      if (!found) throw new Error(`${entity} is not in the fake`)
      for (const direction of found.directions)
        direction.enabled = change.directions[direction.name] ?? direction.enabled
      for (const group of fieldGroups) {
        const owner = change.owners[group]
        const row = found.owners.find((one) => one.group === group)
        if (owner && row) Object.assign(row, owner)
      }
      ledger.moves.push(`${entity} ${JSON.stringify(change)} by ${by}`)
      return structuredClone(found)
    },
    async replaySkipped(entity, direction, since, by) {
      check()
      const found = state.find(({ name }) => name === entity)?.directions.find(({ name }) => name === direction)
      const moved = found?.skipped.count ?? 0
      if (found) found.skipped = { count: 0, oldestAt: null }
      ledger.moves.push(`replay ${entity} ${direction} since ${since} by ${by}`)
      return { moved }
    },
  }
}
