import { setTimeout as sleep } from 'node:timers/promises'
import { newWebhookId, signHeaders } from '../../shared/signature.ts'
import { until } from '../support/until.ts'
import { lineFaults } from './line.ts'
import { say, type Verdict } from './verdict.ts'
import { start, type World } from './world.ts'

export interface Fault {
  name: string
  what: string
  /** Why it cannot be had here; undefined when it can. */
  impossible?(world: World): string | undefined
  /** While it runs, orders are placed and deliveries validated. @returns how often it struck, and what only it can judge, now and later */
  strike(
    world: World,
    under: { outage: number; load: Promise<unknown> },
  ): Promise<{ injected: number; own?: () => Promise<Verdict> }>
}

/** Long enough for some retries to fall into it. */
const WINDOW_MS = 8_000
/** Of a hundred requests. */
const PERCENT = 20

const onLines: Record<(typeof lineFaults)[number], string> = {
  latency: 'answers take up to 1.5 s more',
  reset: 'connections are reset, before or after the work was done',
  blackhole: 'no answer ever comes, whether or not the work was done',
  status: '500, 502, 503, 504 and 429, some of them after the work was done',
  truncated: 'half of an answer or of a request, with and without the line being cut',
  corrupted: 'a byte of a request or of an answer is another one',
  duplicated: 'requests arrive twice at the same time',
  delayed: 'requests arrive seconds later, or once more when the world has moved on',
}

export const faults: Fault[] = [
  ...lineFaults.map(
    (fault): Fault => ({
      name: fault,
      what: onLines[fault],
      async strike(world, { load }) {
        const before = world.injected()
        world.weather({ fault, percent: PERCENT })
        await Promise.all([load, sleep(WINDOW_MS)])
        world.weather(undefined)
        return { injected: world.injected() - before }
      },
    }),
  ),
  {
    name: 'outage',
    what: 'the storefront is away, and nothing reaches it',
    async strike({ toShop, fromShop, odoo }, { outage, load }) {
      await load
      const before = toShop.injected + fromShop.injected
      toShop.weather = { fault: 'down', percent: 100 }
      fromShop.weather = { fault: 'down', percent: 100 }
      // In Odoo work goes on.
      await odoo.ship(5)
      await sleep(outage * 1_000)
      toShop.weather = undefined
      fromShop.weather = undefined
      return { injected: toShop.injected + fromShop.injected - before }
    },
  },
  {
    name: 'kill-extension',
    what: 'kill -9 of the extension, with several replicas of one of them',
    strike: (world, { load }) =>
      whileLoaded(load, 3, async (n) => {
        const bridge = world.bridges[n % world.bridges.length]
        if (bridge) await world.kill(bridge)
      }),
  },
  {
    name: 'acknowledged',
    what: '30 times kill -9 under load: what was answered 202 is there afterwards',
    strike: acknowledged,
  },
  {
    name: 'kill-odoo',
    what: 'kill -9 of Odoo',
    impossible: ({ odoo }) => (odoo.kill ? undefined : 'the stand-in runs in this process'),
    strike: ({ odoo }, { load }) => whileLoaded(load, 2, async () => odoo.kill?.()),
  },
  {
    name: 'kill-odoo-postgres',
    what: "kill -9 of Odoo's PostgreSQL",
    impossible: ({ odoo }) => (odoo.killDatabase ? undefined : 'the stand-in has none'),
    strike: ({ odoo }, { load }) => whileLoaded(load, 2, async () => odoo.killDatabase?.()),
  },
  {
    name: 'kill-store-postgres',
    what: "kill -9 of the PostgreSQL that is the bridge's store",
    impossible: ({ cluster }) => (cluster ? undefined : 'the store is SQLite'),
    strike: ({ cluster }, { load }) =>
      whileLoaded(load, 3, async () => {
        await cluster?.stop('kill')
        await sleep(2_000)
        await startAgain(cluster)
      }),
  },
  {
    name: 'disk-full',
    what: 'not a byte is left on the disk of the store',
    impossible: ({ disk }) => (disk ? undefined : 'this machine lets nobody mount a disk'),
    async strike({ disk, cluster, down }, { load }) {
      await down(async () => {
        await disk?.fill()
        await Promise.all([load, sleep(WINDOW_MS)])
        await disk?.empty()
        // PostgreSQL ends when it cannot write its log; whoever runs it starts it again.
        await startAgain(cluster)
      })
      return { injected: 1 }
    },
  },
  {
    name: 'disk-read-only',
    what: 'the disk of the store fails, Linux makes it read-only; it is checked and mounted again',
    impossible: ({ disk }) => (disk ? undefined : 'this machine lets nobody mount a disk'),
    async strike({ disk, cluster, bridges, down }, { load }) {
      await down(async () => {
        await disk?.fail()
        await Promise.all([load, sleep(WINDOW_MS)])
        for (const bridge of bridges) await bridge.kill()
        await cluster?.stop('kill')
        await disk?.mend()
        await startAgain(cluster)
        for (const bridge of bridges) await start(bridge)
      })
      return { injected: 1 }
    },
  },
  {
    name: 'clock',
    what: 'clocks are set: minutes ahead and behind, different on each replica, and so far that no signature is taken',
    async strike(world, { load }) {
      const steps = [
        [60_000, -60_000],
        [-60_000, 60_000],
        [240_000, -240_000],
        [20 * 60_000, 0],
        [0, 0],
      ]
      for (const offsets of steps) {
        world.clocks(...offsets)
        await sleep(3_000)
      }
      await load
      return { injected: steps.length * world.bridges.length }
    },
  },
]

async function whileLoaded(load: Promise<unknown>, times: number, act: (n: number) => Promise<unknown>) {
  for (let n = 0; n < times; n++) {
    await sleep(1_500)
    await act(n)
  }
  await load
  return { injected: times }
}

/** What is left of a killed server may be in the way for a moment. */
async function startAgain(cluster: World['cluster']): Promise<void> {
  if (!cluster) return
  for (let attempt = 0; ; attempt++) {
    try {
      // Forgets a process that ended by itself.
      await cluster.stop('kill')
      return await cluster.start()
    } catch (error) {
      if (attempt === 40) throw error
      await sleep(250)
    }
  }
}

const KILLS = 30
const SENDERS = 12
const BETWEEN_KILLS = 40

/** Webhooks for orders that are there already, each with an id of its own, sent to the bridge itself. */
async function acknowledged(world: World, { load }: { load: Promise<unknown> }) {
  await load
  const orders = (await world.shop.orders()).slice(0, SENDERS)
  const taken = new Set<string>()
  let ended = false
  const sending = orders.map(async (order) => {
    while (!ended) {
      const id = newWebhookId()
      const body = Buffer.from(
        JSON.stringify({ type: 'order.updated', timestamp: new Date().toISOString(), data: order }),
      )
      const headers = { ...signHeaders(body, [world.shop.secret], id, Date.now() / 1_000) }
      const bridge = world.bridges[world.random(world.bridges.length)]
      const answer = await fetch(`${bridge?.url}/webhooks/clarity`, { method: 'POST', headers, body })
        .then(async (response) => {
          await response.arrayBuffer()
          return response.status
        })
        .catch(() => 0)
      if (answer === 202) taken.add(id)
      else await sleep(20)
    }
  })
  for (let kill = 0; kill < KILLS; kill++) {
    const enough = taken.size + BETWEEN_KILLS
    await until('webhooks to be acknowledged', async () => taken.size >= enough, { everyMs: 5 })
    const bridge = world.bridges[kill % world.bridges.length]
    if (bridge) await world.kill(bridge)
  }
  ended = true
  await Promise.all(sending)
  const open = () =>
    world.ask<{ webhook_id: string; state: string }>(
      "select webhook_id, state from events where type = 'order.updated' and source = 'clarity'",
    )
  const missing = async () => {
    const there = new Map((await open()).map(({ webhook_id, state }) => [webhook_id, state]))
    return [...taken].flatMap((id) => {
      const state = there.get(id)
      if (state === undefined) return [`webhook ${id} was acknowledged and is not there`]
      return state === 'ready' || state === 'running' ? [`webhook ${id} was acknowledged and is still ${state}`] : []
    })
  }
  say(`${taken.size} webhooks acknowledged`)
  return { injected: KILLS, own: async () => ({ lost: await missing(), doubled: [] }) }
}
