import type { OdooClient } from '../odoo-bridge/client/client.ts'
import { createAdvisor } from './assist/model/advisor.ts'
import type { Config } from './config.ts'
import { type PanelApi, type PanelApiOptions, panelApi } from './http/panel-api.ts'
import type { SearchKeys } from './ledger/search-keys.ts'
import { createSkipped } from './ledger/skipped.ts'
import type { Ledger } from './ledger/types.ts'
import type { Links } from './links.ts'
import type { LookupDesk } from './lookups/desk.ts'
import { type DeskParts as ConnectionParts, connectionDesk } from './ports/connection-desk.ts'
import type { DemandStore } from './ports/demand.ts'
import { entitiesPort } from './ports/entities.ts'
import { mappingDesk } from './ports/mapping-desk.ts'
import type { MappingEngine } from './ports/mapping-engine.ts'
import { dismissal, panelLinks } from './ports/panel.ts'
import { setupProgress } from './ports/setup.ts'
import { suggestionsPort } from './ports/suggestions.ts'
import { sweepsPort } from './ports/sweeps.ts'
import { users } from './ports/users.ts'
import { createPersons } from './privacy/persons.ts'
import type { Seal } from './privacy/seal.ts'
import type { Store } from './store/store.ts'
import type { Sweeps } from './sweep/schedule.ts'
import type { Switches } from './switches.ts'

/** What stands already, and what the panel's pages need of it as it is. */
export interface PanelParts
  extends Pick<
      PanelApiOptions,
      | 'audit'
      | 'alerts'
      | 'anomalies'
      | 'queries'
      | 'reconciliation'
      | 'loads'
      | 'revoked'
      | 'tokens'
      | 'changes'
      | 'log'
    >,
    Omit<ConnectionParts, 'queries' | 'ledger'> {
  config: Pick<Config, 'adminPassword' | 'publicUrl' | 'allowPrivateAlerts' | 'assistModel'>
  store: Store
  seal: Seal
  odoo: OdooClient
  ledger: Ledger
  links: Links
  switches: Switches
  sweeps: Sweeps
  searchKeys: SearchKeys
  demand: DemandStore
  recount(skus: string[]): Promise<unknown>
  sides: PanelApiOptions['connections']
  pairing: PanelApiOptions['setup']['pairing']
  mapping: MappingEngine
  lookups: PanelApiOptions['lookups'] & Pick<LookupDesk, 'values' | 'choices'>
}

/** The panel's API with what only the panel needs: loaded when somebody looks at it. */
export function composePanel(parts: PanelParts): PanelApi {
  const { config, store, seal, odoo, audit, queries, ledger, links, switches, connections, lookups } = parts
  return panelApi({
    ...parts,
    suggestions: suggestionsPort({
      db: store.db,
      open: seal.openBytes,
      odoo,
      queries,
      audit,
      advisor: config.assistModel && createAdvisor(config.assistModel),
      tables: lookups,
    }),
    persons: createPersons({ store, seal, catchUp: parts.searchKeys.catchUp }),
    allowPrivateAlerts: config.allowPrivateAlerts,
    ledger: { ...ledger, dismiss: dismissal(ledger, parts.demand, parts.recount) },
    connections: parts.sides,
    setup: { pairing: parts.pairing, progress: setupProgress(store.db, audit), publicUrl: config.publicUrl },
    connectionDesk: connectionDesk(parts),
    mappings: mappingDesk({ engine: parts.mapping, queries, ledger }),
    linksOf: panelLinks(links, () => connections.book.odoo.settings().url),
    entities: entitiesPort({ db: store.db, switches, skipped: createSkipped(store.db, ledger), links, audit }),
    sweeps: sweepsPort(parts.sweeps, audit),
    users: users(store),
    adminPassword: config.adminPassword,
  })
}
