import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { listening } from '../shared/listening.ts'
import { createAudit } from './audit/audit.ts'
import type { ClarityConfig, Config, OdooConfig } from './config.ts'
import { openConnections } from './connections/connections.ts'
import { createRotation } from './connections/rotation.ts'
import { odooSender } from './delivery/odoo-sender.ts'
import { flowNameOf, hasFlow } from './flows/registry.ts'
import { handlerOf, typeRules } from './handler.ts'
import { createApp } from './http/app.ts'
import { countersDoor } from './http/counters-door.ts'
import { documentDoors } from './http/documents.ts'
import { healthDoors } from './http/health.ts'
import { launchDoor } from './http/launch.ts'
import { pairingDoor } from './http/pairing-door.ts'
import { SessionTokens } from './http/session-token.ts'
import { webhookDoors } from './http/webhooks.ts'
import { whenAsked } from './http/when-asked.ts'
import { createLedger } from './ledger/ledger.ts'
import { createQueries } from './ledger/queries.ts'
import { createSearchKeys } from './ledger/search-keys.ts'
import { createLinks } from './links.ts'
import { anomalyWatch } from './ports/anomalies.ts'
import { connectionSides } from './ports/connections.ts'
import { demandOf, demandStore } from './ports/demand.ts'
import { keyExpiries } from './ports/expiries.ts'
import { invoicePorts } from './ports/invoices.ts'
import { firstLoads } from './ports/loads.ts'
import { tableLocations } from './ports/locations.ts'
import { lookups } from './ports/lookups.ts'
import { mappingEngine } from './ports/mapping-engine.ts'
import { documentsInOdoo, masterPorts, writtenGroups, writtenToOdoo } from './ports/masters.ts'
import { orderPorts } from './ports/order.ts'
import { pairing } from './ports/pairing.ts'
import { publishedStock } from './ports/published.ts'
import { orderRates } from './ports/rates.ts'
import { reconciliation } from './ports/reconcile.ts'
import { recounting } from './ports/recount.ts'
import { returnPorts } from './ports/returns.ts'
import { shipmentPorts } from './ports/shipment.ts'
import { alertSignals } from './ports/signals.ts'
import { spentIds } from './ports/spent.ts'
import { statusPorts, statusWhenOn } from './ports/status.ts'
import { stockPorts } from './ports/stock.ts'
import { checkKey, sealAnew } from './privacy/rotation.ts'
import { createSeal } from './privacy/seal.ts'
import { createPiles } from './reconcile/piles.ts'
import { createChanges } from './store/changes.ts'
import { openClock } from './store/clock.ts'
import { openStore } from './store/store.ts'
import { bridgeSweeps } from './sweep/all.ts'
import { ourEndpoint } from './sweep/subscription.ts'
import { createSwitches } from './switches.ts'
import { createAlerts } from './watch/alerts/alerts.ts'
import { metrics } from './watch/metrics.ts'
import { openRest } from './watch/rest.ts'
import { createSignatureWatch } from './watch/signatures.ts'
import { otlpTraces } from './watch/traces.ts'

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
  const watch = metrics(queries, flowNameOf)
  const rest = openRest()
  const traces = config.otlp && otlpTraces({ ...config.otlp, log })
  const written = () => writtenToOdoo(switches)
  const sides = connectionSides(connections, written, () => documentsInOdoo(switches))
  const expiries = keyExpiries(odoo, Date.now, book.odoo.onChange)
  const endpoint = () => ourEndpoint({ db: store.db, clarity, publicUrl: config.publicUrl })
  const rotation = createRotation({ connections, endpoint, log })

  const anomalies = anomalyWatch({ store, open: seal.openBytes, told: () => alerts.soon(), log })
  const alerts = createAlerts({
    store,
    seal,
    log,
    signals: alertSignals(store, queries, {
      diskOf: config.databaseUrl ? undefined : config.dataDir,
      expiries,
      sweeps: () => sweeps.list(),
    }),
    panelUrl: config.publicUrl ?? `http://127.0.0.1:${config.port}`,
    allowPrivate: config.allowPrivateAlerts,
  })
  const signatures = createSignatureWatch({
    notice: (title, text) => alerts.notice('subscription', title, text, '/connections'),
    clear: (title) => alerts.overcome('subscription', title),
  })
  const searchKeys = createSearchKeys({ store, seal, log })
  const ledger = createLedger({
    store,
    ...(config.databaseUrl ? { leaseMs: SHARED_LEASE_MS } : {}),
    log,
    ...clock,
    seal,
    types: typeRules,
    project: demandOf,
    probe: (name, cause) => sides[name].isMended(cause),
    observe: (fact) => {
      watch.observe(fact)
      rest.observe()
      changes.announce()
      anomalies.observe(fact)
      alerts.observe(fact)
      searchKeys.observe(fact)
      traces?.observe(fact)
      if (fact.fact === 'resumed') connections.circuits[fact.connection].close()
    },
  })
  const tables = lookups(store, clarity, odoo, log, seal.openText)
  const places = tableLocations(tables.book)
  const settings = { ...places, margin: 0, defaultLocation: 'main' }
  const sender = odooSender(odoo, STORE)
  const status = statusPorts(clarity, odoo, links, STORE, tables.book)
  const mapping = await mappingEngine({
    store,
    audit,
    clarity,
    odoo,
    lookups: tables.book,
    shop: STORE,
    links,
    rates: orderRates(odoo, STORE),
    paymentsOn: () => switches.enabled('payment', 'toOdoo'),
    written: writtenGroups(switches),
  })
  const recount = recounting(ledger)
  const masters = masterPorts({
    clarity,
    odoo,
    links,
    store: STORE,
    rulebook: mapping.rulebook,
    lookups: tables.book,
    check: mapping.check,
    expressions: mapping.expressions,
  })
  const stock = stockPorts(clarity, odoo, STORE, demand, published, settings)
  const handler = handlerOf(
    {
      status,
      order: orderPorts({
        clarity,
        mapOrder: mapping.mapOrder,
        lookups: tables.book,
        sighted: tables.sighted,
        inspect: anomalies.inspect,
        sender,
        links,
        publishStatus: statusWhenOn(status, switches, ledger),
        demand,
        published,
        recount,
      }),
      ...masters,
      shipment: shipmentPorts(clarity, odoo, links, STORE, places),
      invoice: invoicePorts(clarity, odoo, links, STORE, config.publicUrl),
      returns: returnPorts({ clarity, odoo, sender, links, mapReturn: mapping.mapReturn, store: STORE }),
      stock,
    },
    switches,
  )

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
      signatures,
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
  const frames = () => [new URL(book.clarity.settings().baseUrl).origin, ...config.adminOrigins]
  const launch = launchDoor({
    tokens,
    spent,
    audit,
    secrets: book.clarity.secrets,
    origins: frames,
    publicUrl: config.publicUrl,
    log,
    now: Date.now,
  })
  const app = createApp({
    frameAncestors: frames,
    launch,
    doors: [
      webhookDoors({
        secrets: { clarity: book.clarity.secrets, odoo: book.odoo.secrets },
        watch: signatures,
        hello: paired.hello,
        ledger,
        log,
      }),
      pairingDoor({ pairing: paired, log }),
      countersDoor({ queries, secrets: book.odoo.secrets, log }),
      documentDoors({
        invoice: (id) => odoo.document(STORE, id),
        secrets: book.clarity.secrets,
        secretKey: config.secretKey,
        log,
      }),
    ],
    health: healthDoors({ ledger, queries }),
    panelApi: panel.router,
    metrics: watch.handler,
    panelDist: join(import.meta.dirname, 'panel/dist'),
    trustProxy: nearby(config.host),
    log,
  })
  const server = createServer(listening, app)
  server.listen(config.port, config.host)
  await once(server, 'listening')
  await ledger.start(handler)
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
      await anomalies.stop()
      await tables.sightings.stop()
      server.closeAllConnections()
      await closed
      await mapping.close()
      await traces?.stop()
      rotation.stop()
      rest.stop()
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

/** The proxy that ends TLS stands on this machine; in a container, on the network that it shares with us. */
const nearby = (host: string): string =>
  host === '127.0.0.1' || host === '::1' ? 'loopback' : 'loopback, linklocal, uniquelocal'

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address')
  return `http://127.0.0.1:${address.port}`
}
