import pino from 'pino'
import { z } from 'zod'
import { type Amount, amount, sum } from '../../shared/money.ts'
import { chance } from '../support/chance.ts'
import { type Process, startProcess, type World } from './bridge.ts'
import { type Clock, virtualTime } from './clock.ts'
import { type Shared, sharedDatabase } from './database.ts'
import { election } from './election.ts'
import { type Network, network } from './network.ts'
import { type Odoo, odoo } from './odoo.ts'
import { type Message, type Sender, sender } from './sender.ts'
import { type Storefront, storefront } from './storefront.ts'

/** What one seed did, and what was wrong of it. */
export interface Told {
  seed: number
  broken: string[]
  orders: number
  shipments: number
  events: number
  kills: number
  steps: number
}

const START = Date.UTC(2026, 10, 26, 12)
const SKUS = ['A', 'B', 'C']
/**
 * How long people buy and things fail, then all must settle; and how much of each happens at least and how much more at most.
 * Most faults need only one or two records to show: most lives are small, so that there can be very many of them.
 */
const SIZES = {
  small: { ms: 60_000, sell: [1, 3], change: [0, 2], cancel: [0, 2], ship: [0, 3], adjust: [0, 2], kill: [0, 2] },
  large: { ms: 5 * 60_000, sell: [6, 8], change: [0, 5], cancel: [0, 3], ship: [2, 4], adjust: [0, 5], kill: [0, 3] },
} as const
/** Of so many lives one is large. */
const ONE_LARGE_OF = 50
const SETTLE_MS = 48 * 3_600_000
const MOST_STEPS = 200_000

let clock: Clock | undefined

/** A short life of a shop, its Odoo and one or two processes of the bridge, in which everything goes wrong that the seed says. */
export async function live(seed: number): Promise<Told> {
  // One clock for all seeds: each begins where the last one ended, with nothing of it left.
  clock ??= virtualTime(START)
  return new Life(seed, clock).run()
}

class Life {
  readonly broken: string[] = []
  readonly #dice: (below: number) => number
  readonly #net: Network
  readonly #size: (typeof SIZES)['small' | 'large']
  readonly #taken = new Map<string, string>()
  readonly #running = new Map<string, Process>()
  /** Sold in Odoo beside the storefront: when and how much. */
  readonly #beside = new Map<string, { at: number; quantity: number }[]>()
  /** When Odoo read the number that is shown, and until when its sales were known. */
  readonly #readAt = new Map<string, number>()
  readonly #knownUntil = new Map<string, number>()
  /** When the bridge took an order's first webhook. */
  readonly #orderTaken = new Map<string, number>()
  #counting = new Map<string, number>()
  #processes: Process[] = []
  #starting = 0
  #kills = 0
  #acts = 0
  #seen = 0
  #frozen = false
  #steps = 0

  readonly seed: number
  readonly clock: Clock

  constructor(seed: number, clock: Clock) {
    this.seed = seed
    this.clock = clock
    this.#dice = chance(seed)
    this.#size = SIZES[seed % ONE_LARGE_OF === 0 ? 'large' : 'small']
    const often = () => this.#dice(150)
    this.#net = network(clock, this.#dice, {
      lost: often(),
      answerLost: often(),
      refused: often(),
      slow: this.#dice(4) === 0 ? this.#dice(20) : 0,
    })
  }

  async run(): Promise<Told> {
    const { clock, seed } = this
    clock.clear()
    const shared = await sharedDatabase()
    const shopOutbox = sender(clock, this.#net, (message) => this.#door('clarity', message))
    const odooOutbox = sender(clock, this.#net, (message) => this.#door('odoo', message))
    const shop = storefront(clock, shopOutbox, (sku, asOf) => {
      this.#readAt.set(sku, asOf)
      this.#knownUntil.set(sku, this.#counting.get(sku) ?? 0)
    })
    const erp = odoo(clock, odooOutbox, SKUS, this.#dice)
    const world: World = {
      clock,
      net: this.#net,
      shared,
      alone: this.#dice(2) === 0,
      shop,
      odoo: erp,
      election: election(clock, this.#dice),
      counted: (sku, until) => void this.#counting.set(sku, until),
      lanes: {
        begin: (lane, process) => this.#begin(lane, process),
        end: (lane, process) => void (this.#running.get(lane) === process && this.#running.delete(lane)),
      },
      log: pino({ level: process.env.SIMULATION_LOG ?? 'silent' }),
    }
    const begun = clock.now()
    void this.#start(world)
    void this.#start(world)
    for (const sku of SKUS) erp.adjust(sku, 0)
    this.#plan(world)
    await this.#steppedUntil(begun + this.#size.ms, () => this.#check(shop, erp))

    this.#net.calm()
    for (const one of this.#processes) one.skew(0)
    if (!this.#processes.some((one) => one.alive())) void this.#start(world)
    const outboxes = [shopOutbox, odooOutbox]
    // Nobody wants to wait for the hours that retries may take by then.
    const hurry = setInterval(
      () => shared.database.exec('update lanes set due_at = 0 where lease_until is null'),
      60_000,
    )
    await this.#steppedUntil(
      clock.now() + SETTLE_MS,
      () => this.#check(shop, erp),
      () => this.#isQuiet(shared, outboxes),
    )
    clearInterval(hurry)
    this.#judge(shared, shop, erp, outboxes)
    if (process.env.SIMULATION_SHOW) this.#show(shared)
    shared.end()
    return {
      seed,
      broken: this.broken,
      orders: shop.orders.size,
      shipments: shop.shipments.size,
      events: this.#taken.size,
      kills: this.#kills,
      steps: this.#steps,
    }
  }

  async #start(world: World): Promise<void> {
    const isThere = this.#starting > 0 || this.#processes.some((one) => one.alive())
    if (world.alone && isThere) return
    this.#starting++
    this.#processes.push(await startProcess(world))
    this.#starting--
  }

  /** What people and machines do, and when. */
  #plan(world: World): void {
    const { clock, shop, odoo: erp } = world
    const dice = this.#dice
    const sometime = (work: () => void) =>
      clock.after(dice(this.#size.ms), () => {
        work()
        this.#acts++
      })
    const times = ([least, more]: readonly [number, number], act: () => void) => {
      for (let n = least + dice(more); n > 0; n--) sometime(act)
    }
    const sku = () => SKUS[dice(SKUS.length)] ?? 'A'
    const anOrder = () => [...shop.orders.keys()][dice(Math.max(1, shop.orders.size))]
    const alive = () => this.#processes.filter((one) => one.alive())
    const { sell, change, cancel, ship, adjust, kill } = this.#size
    times(sell, () => void shop.sell(sku(), 1 + dice(4)))
    times(change, () => void ((id) => id && shop.change(id))(anOrder()))
    times(cancel, () => void ((id) => id && shop.cancel(id))(anOrder()))
    times(ship, () => erp.ship())
    times(adjust, () => {
      const [which, by] = [sku(), dice(9) - 5]
      if (by < 0) this.#beside.set(which, [...(this.#beside.get(which) ?? []), { at: clock.now(), quantity: -by }])
      erp.adjust(which, by)
    })
    times(kill, () => {
      const [victim] = alive()
      if (!victim) return
      victim.kill()
      this.#kills++
      clock.after(dice(30_000), () => void this.#start(world))
    })
    times([0, 2], () => {
      this.#frozen = true
      alive()[0]?.freeze(60_000 + dice(240_000))
    })
    times([0, 2], () =>
      alive()
        .at(-1)
        ?.skew(dice(120_000) - 60_000),
    )
  }

  async #door(source: 'clarity' | 'odoo', message: Message): Promise<void> {
    const alive = this.#processes.filter((one) => one.alive())
    const one = alive[this.#dice(Math.max(1, alive.length))]
    if (!one) throw new Error('connection refused')
    await one.take(source, message)
    const { data } = envelope.parse(message.body)
    if (source === 'clarity' && !this.#orderTaken.has(data.id)) this.#orderTaken.set(data.id, this.clock.now())
    this.#taken.set(`${source} ${message.id}`, source)
  }

  /** A lane runs in one place. A process that stood still may believe that it still has it: what it settles is refused. */
  #begin(lane: string, process: Process): void {
    const other = this.#running.get(lane)
    if (other?.alive() && !this.#frozen) this.broken.push(`lane ${lane} runs twice at once`)
    this.#running.set(lane, process)
  }

  async #steppedUntil(end: number, each: () => void, quiet: () => boolean = () => false): Promise<void> {
    for (;;) {
      if (this.clock.now() >= end || this.broken.length > 0) return
      if (++this.#steps > MOST_STEPS) {
        this.broken.push(
          `still not settled after ${MOST_STEPS} steps; ${this.#processes.length} processes, ${this.#processes.filter((one) => one.alive()).length} alive, time ${(this.clock.now() - START) / 1000}`,
        )
        return
      }
      if (!(await this.clock.step())) return
      if (this.#seen !== this.#acts + this.#net.effects) {
        this.#seen = this.#acts + this.#net.effects
        each()
      }
      if (this.#steps % 10 === 0 && quiet()) return
    }
  }

  /**
   * Shown is never more than free, but for what Odoo sold elsewhere since the number was read, and for what the storefront had
   * sold by then and its webhook had not brought yet.
   */
  #check(shop: Storefront, erp: Odoo): void {
    for (const sku of SKUS) {
      const at = this.#readAt.get(sku)
      if (at === undefined) continue
      const untold = (this.#beside.get(sku) ?? [])
        .filter((sale) => sale.at >= at)
        .reduce((all, sale) => all + sale.quantity, 0)
      const until = this.#knownUntil.get(sku) ?? 0
      const underWay = [...shop.orders.values()]
        .filter(
          ({ id, placedAt }) =>
            Date.parse(placedAt) <= at && (this.#orderTaken.get(id) ?? Number.POSITIVE_INFINITY) > until,
        )
        .flatMap(({ items }) => items.filter((item) => item.sku === sku))
        .reduce((all, item) => all + Number(item.quantity), 0)
      const free = Math.max(0, trulyFree(sku, shop, erp))
      if (shop.shown(sku) > free + untold + underWay)
        this.broken.push(
          `${sku}: the storefront offers ${shop.shown(sku)}, free are ${free}, ${untold} were sold elsewhere since, ${underWay} were under way`,
        )
    }
  }

  /** For whoever looks into a seed: what became of every event, in the order in which they came. */
  #show({ database }: Shared): void {
    const rows = database.prepare<[], Record<string, unknown>>(
      `select e.id, e.type, e.subject, e.state, e.cause, e.message, e.received_at - ${START} as at,
        (select group_concat(a.outcome || ' ' || coalesce(a.cause, '') || ' ' || (a.started_at - ${START}), ', ') from attempts a where a.event_id = e.id) as attempts
       from events e order by e.id`,
    )
    for (const row of rows.all()) console.log(JSON.stringify(Object.values(row)))
  }

  #isQuiet(shared: Shared, outboxes: Sender[]): boolean {
    return outboxes.every((outbox) => outbox.waiting() === 0) && shared.unfinished() === 0
  }

  #judge({ database }: Shared, shop: Storefront, erp: Odoo, outboxes: Sender[]): void {
    if (this.broken.length > 0) return
    const say = (what: string) => void this.broken.push(what)
    for (const outbox of outboxes) if (outbox.waiting() > 0) say(`${outbox.waiting()} webhooks were never taken`)

    const events = database
      .prepare<
        [],
        {
          source: string
          webhook_id: string
          state: string
          type: string
          cause: string | null
          message: string | null
        }
      >('select source, webhook_id, state, type, cause, message from events')
      .all()
    const stored = new Set(events.map((event) => `${event.source} ${event.webhook_id}`))
    for (const id of this.#taken.keys()) if (!stored.has(id)) say(`${id} was acknowledged and is lost`)
    for (const { webhook_id, type, state, cause, message } of events)
      if (state !== 'done' && state !== 'skipped') say(`${type} ${webhook_id} ended ${state}: ${cause} ${message}`)

    for (const order of shop.orders.values()) {
      const there = erp.orders.get(order.id)
      if (!there) say(`order ${order.id} is not in Odoo`)
      else if (!there.shipped && there.state !== (order.status === 'cancelled' ? 'cancel' : 'sale'))
        say(`order ${order.id} is ${order.status} and ${there.state} in Odoo`)
      else if (there.note !== (order.note ?? '')) say(`order ${order.id} in Odoo is not the newest`)
      if (there && order.externalKey !== `S${there.id}`) say(`order ${order.id} does not know Odoo's number`)
      if (there?.shipped && order.status !== 'shipped' && order.status !== 'cancelled')
        say(`order ${order.id} shipped and shows ${order.status}`)
    }
    for (const [ref, times] of erp.made) if (times !== 1) say(`order ${ref} was made ${times} times`)
    if (!total(shop.orders.values()).eq(total(erp.orders.values()))) say('the money differs')

    for (const { name } of erp.pickings.values()) {
      const found = [...shop.shipments.values()].filter(({ body }) => body.externalKey === name)
      if (found.length !== 1) say(`${name} is ${found.length} shipments`)
    }
    for (const sku of SKUS)
      if (shop.shown(sku) !== Math.max(0, erp.free(sku))) say(`${sku}: shown ${shop.shown(sku)}, free ${erp.free(sku)}`)
  }
}

/** Free in Odoo less what the storefront sold and Odoo does not hold yet. */
function trulyFree(sku: string, shop: Storefront, erp: Odoo): number {
  let free = erp.free(sku)
  for (const order of shop.orders.values())
    for (const item of order.items)
      if (item.sku === sku && order.status !== 'cancelled' && !erp.orders.has(order.id)) free -= Number(item.quantity)
  return free
}

const envelope = z.object({ data: z.object({ id: z.string().default('') }) })

const total = (orders: Iterable<{ total: string }>): Amount => sum([...orders].map((order) => amount(order.total)))
