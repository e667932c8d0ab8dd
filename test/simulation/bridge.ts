import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { batcher } from '../../clarity-extension/delivery/batcher.ts'
import { TWO_AT_A_TIME } from '../../clarity-extension/delivery/limit.ts'
import { publishStatus } from '../../clarity-extension/flows/order-status-to-clarity.ts'
import type { Ports } from '../../clarity-extension/flows/registry.ts'
import { publishStock } from '../../clarity-extension/flows/stock-to-clarity.ts'
import { handlerOf, typeRules } from '../../clarity-extension/handler.ts'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import type { Ledger } from '../../clarity-extension/ledger/types.ts'
import { createLinks } from '../../clarity-extension/links.ts'
import { statusToClarity } from '../../clarity-extension/mapping/status.ts'
import { demandOf, demandStore } from '../../clarity-extension/ports/demand.ts'
import { orderLinks, shipmentLinks, statusLinks } from '../../clarity-extension/ports/linked.ts'
import { publishedStock } from '../../clarity-extension/ports/published.ts'
import { orderStock, recounting } from '../../clarity-extension/ports/recount.ts'
import { nobodyLeads } from '../../clarity-extension/store/lead.ts'
import type { Source } from '../../shared/events.ts'
import { correct, type Outcome } from '../../shared/outcome.ts'
import type { Clock } from './clock.ts'
import type { Shared } from './database.ts'
import type { Election } from './election.ts'
import type { Network } from './network.ts'
import type { Odoo } from './odoo.ts'
import type { Message } from './sender.ts'
import type { Storefront } from './storefront.ts'

/** One process of the bridge: the real ledger, lanes and flows; its far sides and its disk are models. */
export interface Process {
  alive(): boolean
  take(source: Source, message: Message): Promise<void>
  /** At once, whatever it was doing. */
  kill(): void
  /** Everything of it stands still for a while, its heartbeat too. */
  freeze(ms: number): void
  /** Its clock is off by so much. */
  skew(ms: number): void
}

export interface World {
  clock: Clock
  net: Network
  shared: Shared
  /** One process at a time, as on SQLite; else two on one store, as on PostgreSQL. */
  alone: boolean
  shop: Storefront
  odoo: Odoo
  election: Election
  /** A handler begins and ends on a lane, as far as this process knows. */
  lanes: { begin(lane: string, process: Process): void; end(lane: string, process: Process): void }
  /** A number is about to be shown that knows of what was sold until then. */
  counted(sku: string, knownUntil: number): void
  log: Logger
}

const noMove = correct({ code: 'illegal_status', target: '/status', message: 'It stands elsewhere.', remedy: 'None.' })
const none = () => Promise.reject(new Error('not part of the simulation'))

export async function startProcess(world: World): Promise<Process> {
  const { clock, net, shared, alone, shop, odoo, log } = world
  let dead = false
  let frozenUntil = 0
  let skew = 0
  const now = () => clock.now() + skew
  const process: Process = {
    alive: () => !dead,
    kill() {
      dead = true
      shared.abandon()
    },
    freeze(ms) {
      frozenUntil = clock.now() + ms
    },
    skew(ms) {
      skew = ms
    },
    async take(source, { id, body }) {
      if (dead) throw new Error('connection refused')
      const payload = Buffer.from(JSON.stringify(body))
      await ledger.ingest({ source, webhookId: id, payload })
    },
  }
  const owner = {
    alive: process.alive,
    async pause() {
      if (frozenUntil > clock.now()) await net.wait(frozenUntil - clock.now())
      else if (net.dice(20) === 0) await net.wait(net.dice(400))
    },
  }
  const store = shared.open(owner, alone)
  const links = createLinks(store, now)
  const demand = demandStore(store)
  const published = publishedStock(store)

  const ledger: Ledger = createLedger({
    store,
    log,
    now,
    random: () => net.dice(1_000) / 1_000,
    types: typeRules,
    project: demandOf,
    hasTime: () => net.dice(2) === 0,
    lead: alone ? nobodyLeads : world.election.join(process.alive),
    // In half of the processes every webhook is a burst.
    burst: net.dice(2) === 0 ? 1 : 8,
  })
  const handler = handlerOf(ports(), {
    enabled: async () => true,
    owner: async () => ({ side: 'odoo', otherwise: 'ignore' }),
  })
  await ledger.start(async (event, trace) => {
    world.lanes.begin(event.lane, process)
    try {
      return await handler(event, trace)
    } finally {
      world.lanes.end(event.lane, process)
    }
  })
  return process

  function ports(): Ports {
    const status: Ports['status'] = {
      readOrderState: (id) => net.call(() => odoo.state(id)),
      readShown: (id) => net.call(() => shop.read(id)),
      statusOf: async (state) => statusToClarity(state),
      ...statusLinks(links),
      async patchStatus(id, { status, externalKey }) {
        const answer = await net.call(() => shop.patchStatus(id, status, externalKey))
        return answer.ok && !answer.value ? { ok: false, outcome: noMove } : answer
      },
    }
    /** What a number knows of is noted per call: a second one for its SKU may read while it is on its way. */
    const publish = (skus: string[]) => {
      let knownUntil = 0
      return publishStock({
        now: () => clock.now(),
        demand(skus) {
          knownUntil = clock.now()
          return demand.of(skus)
        },
        releaseDemand: async (ids) => void (await demand.release(ids)),
        readStock: (skus, pending) => net.call(() => odoo.stock(skus, pending)),
        location: () => 'main',
        margin: 0,
        defaultLocation: 'main',
        published: (skus) => published.of(skus),
        putInventory(rows) {
          return net.call(() => {
            for (const { sku } of rows) world.counted(sku, knownUntil)
            return shop.putInventory(rows)
          })
        },
      })(skus)
    }
    const stock = batcher<string, Outcome>({ limit: TWO_AT_A_TIME, maxItems: 500, send: publish })
    return {
      status,
      stock: { publish: (sku) => stock.submit(sku) },
      order: {
        readOrder: (id) => net.call(() => shop.read(id)),
        inspect: async () => undefined,
        announce: () => () => undefined,
        publishStatus: publishStatus(status),
        ...orderLinks(links),
        ...orderStock({ demand, published, recount: recounting(ledger) }),
        async prepare(order) {
          const { items, total, note, status: stands } = order
          const content = JSON.stringify({ items, total, note, cancelled: stands === 'cancelled' })
          const hash = createHash('sha256').update(content).digest('hex')
          return {
            ok: true,
            value: {
              hash,
              async deliver() {
                const answer = await net.call(() => odoo.apply(order))
                if (!answer.ok) return answer
                const by = [{ name: 'order-to-odoo', version: 0 }]
                return { ok: true, value: { ...answer.value, version: order.updatedAt, hash, by } }
              },
            },
          }
        },
      },
      shipment: {
        readPicking: (id) => net.call(() => odoo.pickings.get(id)),
        location: () => 'main',
        ...shipmentLinks(links),
        listShipments: (orderId) =>
          net.call(() =>
            [...shop.shipments.values()]
              .filter((one) => one.orderId === orderId)
              .map(({ id, body }) => ({ id, externalKey: body.externalKey })),
          ),
        postShipment: (orderId, body) => net.call(() => shop.postShipment(orderId, body)),
        patchShipment: (_, shipmentId, body) => net.call(() => shop.patchShipment(shipmentId, body)),
      },
      invoice: unused(),
      returns: unused(),
      customer: unused(),
      product: unused(),
      productToClarity: unused(),
      priceToClarity: unused(),
      customerToClarity: unused(),
    }
  }

  function unused<T extends object>(): T {
    return new Proxy({} as T, { get: () => none })
  }
}
