import type { Logger } from 'pino'
import type { OdooClient } from '../odoo-bridge/client/client.ts'
import type { Audit } from './audit/audit.ts'
import type { ClarityClient } from './clarity/client.ts'
import { odooSender } from './delivery/odoo-sender.ts'
import type { OrderToOdooPorts } from './flows/order-to-odoo.ts'
import { handlerOf } from './handler.ts'
import type { Ledger } from './ledger/types.ts'
import type { Links } from './links.ts'
import type { DemandStore } from './ports/demand.ts'
import { invoicePorts } from './ports/invoices.ts'
import { tableLocations } from './ports/locations.ts'
import { lookups } from './ports/lookups.ts'
import { mappingEngine } from './ports/mapping-engine.ts'
import { masterPorts, writtenGroups } from './ports/masters.ts'
import { orderPorts } from './ports/order.ts'
import type { PublishedStock } from './ports/published.ts'
import { orderRates } from './ports/rates.ts'
import type { Recount } from './ports/recount.ts'
import { returnPorts } from './ports/returns.ts'
import { shipmentPorts } from './ports/shipment.ts'
import { statusPorts, statusWhenOn } from './ports/status.ts'
import { stockPorts } from './ports/stock.ts'
import type { Seal } from './privacy/seal.ts'
import type { Store } from './store/store.ts'
import type { Switches } from './switches.ts'

interface FlowParts {
  store: Store
  /** Whose links these are. */
  shop: string
  publicUrl: string | undefined
  seal: Seal
  audit: Audit
  clarity: ClarityClient
  odoo: OdooClient
  links: Links
  switches: Switches
  ledger: Ledger
  demand: DemandStore
  published: PublishedStock
  recount: Recount
  /** Lets a person look first. */
  inspect: OrderToOdooPorts['inspect']
  log: Logger
}

/** All flows on the real sides, behind the handler that the ledger runs, and what they share with others. */
export async function composeFlows(parts: FlowParts) {
  const { store, shop, publicUrl, seal, audit, clarity, odoo, links, switches, ledger, log } = parts
  const { demand, published, recount, inspect } = parts
  const tables = lookups(store, clarity, odoo, log, seal.openText)
  const places = tableLocations(tables.book)
  const settings = { ...places, margin: 0, defaultLocation: 'main' }
  const sender = odooSender(odoo, shop)
  const status = statusPorts(clarity, odoo, links, shop, tables.book)
  const mapping = await mappingEngine({
    store,
    audit,
    clarity,
    odoo,
    lookups: tables.book,
    shop,
    links,
    rates: orderRates(odoo, shop),
    paymentsOn: () => switches.enabled('payment', 'toOdoo'),
    written: writtenGroups(switches),
  })
  const masters = masterPorts({
    clarity,
    odoo,
    links,
    store: shop,
    rulebook: mapping.rulebook,
    lookups: tables.book,
    check: mapping.check,
    expressions: mapping.expressions,
  })
  const stock = stockPorts(clarity, odoo, shop, demand, published, settings)
  const handler = handlerOf(
    {
      status,
      order: orderPorts({
        clarity,
        mapOrder: mapping.mapOrder,
        lookups: tables.book,
        sighted: tables.sighted,
        inspect,
        sender,
        links,
        publishStatus: statusWhenOn(status, switches, ledger),
        demand,
        published,
        recount,
      }),
      ...masters,
      shipment: shipmentPorts(clarity, odoo, links, shop, places),
      invoice: invoicePorts(clarity, odoo, links, shop, publicUrl),
      returns: returnPorts({ clarity, odoo, sender, links, mapReturn: mapping.mapReturn, store: shop }),
      stock,
    },
    switches,
  )
  return { handler, sender, mapping, tables, settings, masters, stock }
}
