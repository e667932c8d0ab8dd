import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Logger } from 'pino'
import { listening } from '../shared/listening.ts'
import { createAudit } from './audit/audit.ts'
import { composeDoors } from './compose-doors.ts'
import { composeFlows } from './compose-flows.ts'
import { composeWatch } from './compose-watch.ts'
import type { ClarityConfig, Config, OdooConfig } from './config.ts'
import { openConnections } from './connections/connections.ts'
import { createRotation } from './connections/rotation.ts'
import { hasFlow } from './flows/registry.ts'
import { typeRules } from './handler.ts'
import { SessionTokens } from './http/session-token.ts'
import { whenAsked } from './http/when-asked.ts'
import { createLedger } from './ledger/ledger.ts'
import { createQueries } from './ledger/queries.ts'
import { createSearchKeys } from './ledger/search-keys.ts'
import { createLinks } from './links.ts'
import { connectionSides } from './ports/connections.ts'
import { demandOf, demandStore } from './ports/demand.ts'
import { keyExpiries } from './ports/expiries.ts'
import { firstLoads } from './ports/loads.ts'
import { documentsInOdoo, writtenToOdoo } from './ports/masters.ts'
import { pairing } from './ports/pairing.ts'
import { publishedStock } from './ports/published.ts'
import { reconciliation } from './ports/reconcile.ts'
import { recounting } from './ports/recount.ts'
import { spentIds } from './ports/spent.ts'
import { checkKey, sealAnew } from './privacy/rotation.ts'
import { createSeal } from './privacy/seal.ts'
import { createPiles } from './reconcile/piles.ts'
import { createChanges } from './store/changes.ts'
import { openClock } from './store/clock.ts'
import { createLead, nobodyLeads } from './store/lead.ts'
import { openStore } from './store/store.ts'
import { bridgeSweeps } from './sweep/all.ts'
import { ourEndpoint } from './sweep/subscription.ts'
import { createSwitches } from './switches.ts'

/** Both sides known, the sandbox's filled in. */
export type Wiring = Config & { clarity: ClarityConfig; odoo: OdooConfig }

export interface Bridge {
  server: Server
  url: string
  /** Ends what it has begun, gives the rest back and closes the store. */
  stop(): Promise<void>
}

/** Links of two storefronts on one Odoo never meet; one process serves one. */
const STORE = 'default'

/** A replica that was killed has lost its lanes after this; alone, a process takes its own back when it starts. */
const SHARED_LEASE_MS = 45_000

/** config -> store -> clients -> ledger -> flows -> doors. */
export async function startBridge(config: Wiring, log: Logger): Promise<Bridge> {
  const store = await openStore(config.databaseUrl ? { databaseUrl: config.databaseUrl } : { dataDir: config.dataDir })
  const clock = await openClock(store)
  const lead = config.databaseUrl ? createLead(config.databaseUrl, log) : nobodyLeads
  const changes = createChanges(store, config.databaseUrl, log)
  const links = createLinks(store)
  const switches = createSwitches(store.db)
  const audit = createAudit(store)
  const demand = demandStore(store)
  const published = publishedStock(store)
  const seal = createSeal([config.secretKey, ...config.previousSecretKeys])
  await checkKey(store.db, seal)
  const connections = await openConnections({ store, seal, given: config, log })
  const { clarity, odoo, book } = connections
  const queries = createQueries(store, clock.now, seal)
  const written = () => writtenToOdoo(switches)
  const sides = connectionSides(connections, written, () => documentsInOdoo(switches))
  const expiries = keyExpiries(odoo, Date.now, book.odoo.onChange)
  const endpoint = () => ourEndpoint({ db: store.db, clarity, publicUrl: config.publicUrl })
  const rotation = createRotation({ connections, endpoint, log })

  const watch = composeWatch({ config, store, seal, queries, expiries, sweeps: () => sweeps.list(), lead, log })
  const { alerts, anomalies } = watch
  const searchKeys = createSearchKeys({ store, seal, log })
  const ledger = createLedger({
    store,
    ...(config.databaseUrl ? { leaseMs: SHARED_LEASE_MS } : {}),
    lead,
    log,
    ...clock,
    seal,
    types: typeRules,
    most: () => flows.sender.room,
    project: demandOf,
    probe: (name, cause) => sides[name].isMended(cause),
    observe: (fact) => {
      watch.observe(fact)
      changes.announce()
      searchKeys.observe(fact)
      if (fact.fact === 'resumed') connections.circuits[fact.connection].close()
    },
  })
  const recount = recounting(ledger)
  const flows = await composeFlows({
    store,
    shop: STORE,
    publicUrl: config.publicUrl,
    seal,
    audit,
    clarity,
    odoo,
    links,
    switches,
    ledger,
    demand,
    published,
    recount,
    inspect: anomalies.inspect,
    log,
  })
  const { mapping, tables, settings, masters, stock } = flows

  const lookupDesk = tables.panel(ledger, async () => recount(await published.skus()))
  const compared = reconciliation({
    open: seal.openBytes,
    db: store.db,
    clarity,
    odoo,
    store: STORE,
    piles: createPiles(store),
    settings,
    ledger,
    links,
    published,
    demand,
    audit,
    switches,
  })
  const sidesOf = { db: store.db, clarity, odoo, store: STORE, switches, masters, stock, links }
  const first = firstLoads({ ...sidesOf, seal, audit, ledger, log })
  const sweeps = bridgeSweeps({
    db: store.db,
    alone: store.exclusive,
    clarity,
    odoo,
    switches,
    ledger,
    log,
    store: STORE,
    hasFlow,
    publicUrl: config.publicUrl,
    keepSecret: (secret) => book.clarity.addSecret(secret, null, 'bridge'),
    releaseMissed: lookupDesk.releaseMissed,
    reconcile: compared.run,
    also: [anomalies.sweep, first.sweep],
    open: seal.openBytes,
    alert: (cause, message) => alerts.notice('subscription', noticeTitles[cause] ?? cause, message, '/'),
  })

  const spent = spentIds(store)
  const tokens = new SessionTokens(config.secretKey, config.adminPassword)
  const paired = pairing({ store, seal, audit, connections, queries, ledger, written })
  const panel = whenAsked(async () => {
    const { composePanel } = await import('./compose-panel.ts')
    return composePanel({
      config,
      store,
      seal,
      audit,
      log,
      alerts,
      anomalies: anomalies.watchman,
      queries,
      ledger,
      links,
      switches,
      sweeps,
      searchKeys,
      demand,
      recount,
      odoo,
      connections,
      sides,
      rotation,
      expiries,
      written,
      endpoint,
      signatures: watch.signatures,
      pairing: paired,
      mapping,
      lookups: lookupDesk,
      reconciliation: compared.port,
      loads: first.port(() => sweeps.runNow(first.sweep.name)),
      revoked: spent,
      tokens,
      changes,
    })
  })
  const app = composeDoors({
    config,
    shop: STORE,
    tokens,
    spent,
    audit,
    odoo,
    book,
    queries,
    ledger,
    signatures: watch.signatures,
    pairing: paired,
    panelApi: panel.router,
    metrics: watch.metrics,
    log,
  })
  const server = createServer(listening, app)
  server.listen(config.port, config.host)
  await once(server, 'listening')
  await ledger.start(flows.handler)
  anomalies.start()
  await sweeps.start()
  alerts.start()
  // In the background: what was sealed with a previous key, or not at all, is sealed with the current one.
  const sealing = sealAnew(store.db, seal, log)
  searchKeys.start()

  return {
    server,
    url: addressOf(server),
    async stop() {
      await sweeps.stop()
      await sealing.stop()
      await searchKeys.stop()
      await alerts.stop()
      await panel.close()
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await ledger.stop()
      await watch.stop()
      await tables.sightings.stop()
      server.closeAllConnections()
      await closed
      await mapping.close()
      rotation.stop()
      await connections.stop()
      clock.stop()
      await store.close()
    },
  }
}

const noticeTitles: Record<string, string> = {
  no_subscription: 'The storefront does not tell the bridge of its events',
  subscription_restored: 'The storefront had stopped telling the bridge of its events',
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address')
  return `http://127.0.0.1:${address.port}`
}
