import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel } from '../bench/figures.ts'
import { until } from '../support/until.ts'
import { explain, report } from './rough.ts'
import { both, clean, judgeLanes, judgeOrders, judgeStock, say, type Verdict } from './verdict.ts'
import { openWorld, type Wishes } from './world.ts'

const END_MS = 20 * 60_000

/**
 * Two replicas on one PostgreSQL: every order told three times, a replica killed every 20 seconds, PostgreSQL and Odoo
 * restarted once each.
 */
export async function replicas({
  orders,
  killEveryMs = 20_000,
  spreadMs = 8_000,
  ...wishes
}: Pick<Wishes, 'odoo' | 'seed'> & { orders: number; killEveryMs?: number; spreadMs?: number }): Promise<boolean> {
  const began = performance.now()
  const world = await openWorld({ ...wishes, store: 'postgres', replicas: 2 })
  const { shop, odoo, cluster, bridges } = world
  try {
    say(`two replicas, Odoo ${wishes.odoo}, seed ${wishes.seed}, ${orders} orders of three deliveries each`)
    await shop.control('POST', '/webhooks', { copies: 3, spreadMs })
    const numbers = new Set<string>()
    let through = false
    let kills = 0
    const killing = (async () => {
      for (let next = performance.now() + killEveryMs; !through; next += killEveryMs) {
        while (performance.now() < next && !through) await sleep(200)
        const bridge = bridges[kills % bridges.length]
        if (through || !bridge) return
        kills++
        await world.kill(bridge)
      }
    })()
    const held = async () => (await odoo.orders()).length
    const telling = (async () => {
      for (let next = 1; !through; ) {
        await sleep(1_000)
        const many = await held().catch(() => 0)
        if (many < (orders * next) / 10) continue
        say(`${many} orders in Odoo, ${kills} kills`)
        next = Math.floor((many * 10) / orders) + 1
      }
    })()
    const restarting = (async () => {
      await until('a third of the orders', async () => (await held()) >= orders / 3, {
        limitMs: END_MS,
        everyMs: 1_000,
      })
      await cluster?.stop('fast')
      await sleep(2_000)
      await cluster?.start()
      say(`PostgreSQL restarted at ${await held()} orders`)
      await until('two thirds of the orders', async () => (await held()) >= (orders * 2) / 3, {
        limitMs: END_MS,
        everyMs: 1_000,
      })
      await odoo.restart()
      say(`Odoo restarted at ${await held()} orders`)
    })()
    await inParallel(
      Array.from({ length: orders }, (_, n) => n),
      4,
      async () => void numbers.add(await world.place()),
    )

    const judge = async (): Promise<Verdict> => judgeOrders(world, numbers)
    await until('every order', async () => clean(await judge().catch(() => open)), {
      limitMs: END_MS,
      everyMs: 2_000,
    }).catch(() => undefined)
    await restarting.catch((error) => say(String(error)))
    through = true
    await Promise.all([killing, telling])
    await until('the stock to agree', async () => clean(await judgeStock(world)), {
      limitMs: END_MS,
      everyMs: 1_000,
    }).catch(() => undefined)
    await shop.storefront.idle()

    const all = await odoo.orders()
    const exactly: Verdict = {
      lost: [],
      doubled: all.length > numbers.size ? [`${all.length} orders in Odoo of ${numbers.size}`] : [],
    }
    const lines: [string, number, Verdict][] = [
      ['replicas:orders', kills + 2, both(exactly, await judge())],
      ['replicas:stock', kills + 2, await judgeStock(world)],
      ['replicas:one-at-a-time', kills + 2, both(await judgeLanes(world, []), lostLanes())],
    ]
    report(lines)
    const ok = lines.every(([, , verdict]) => clean(verdict)) && world.crashes.length === 0
    await explain(world, ok)
    const seconds = (performance.now() - began) / 1000
    say(`${all.length} orders in Odoo, ${kills} kills, ${Math.round(seconds)} s`)
    return ok
  } finally {
    await world.dispose()
  }

  /** A replica that lives on never loses a lane to the other: then both would have run it. */
  function lostLanes(): Verdict {
    const said = bridges.flatMap((bridge) => bridge.log().split('\n')).filter((line) => line.includes('lane lost'))
    return { lost: [], doubled: said.map((line) => `a lane was taken from a living replica: ${line.slice(0, 200)}`) }
  }
}

const open: Verdict = { lost: ['a side does not answer'], doubled: [] }
