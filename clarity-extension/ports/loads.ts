import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import { type Direction, type Entity, type FieldGroup, ruleOf } from '../../shared/switches.ts'
import type { Audit } from '../audit/audit.ts'
import type { LoadAction, Loadable, LoadState, LoadsPort } from '../http/ports.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Loader } from '../load/loader.ts'
import { createLoads } from '../load/loads.ts'
import { runLoads } from '../load/run.ts'
import type { Load, LoadState as StateName } from '../load/types.ts'
import type { Seal } from '../privacy/seal.ts'
import type { Tables } from '../store/schema.ts'
import type { Sweep } from '../sweep/schedule.ts'
import type { LoaderParts } from './load/parts.ts'
import { customersToClarity, pricesToClarity, productsToClarity, stockToClarity } from './load/to-clarity.ts'
import { customersToOdoo, productsToOdoo } from './load/to-odoo.ts'

export interface FirstLoadParts extends LoaderParts {
  seal: Pick<Seal, 'text' | 'openText'>
  audit: Pick<Audit, 'record'>
  log: Pick<Logger, 'error'>
  ledger: Pick<Ledger, 'hold'>
  now?: () => number
}

/** First loads: what runs them, and the panel's way to them. */
export function firstLoads(parts: FirstLoadParts): { sweep: Sweep; port(wake: () => Promise<boolean>): LoadsPort } {
  const { db, seal, audit, log, ledger, now = Date.now } = parts
  const loads = createLoads(db, seal, now)
  const loaders = [
    productsToClarity(parts),
    productsToOdoo(parts),
    customersToOdoo(parts),
    customersToClarity(parts),
    pricesToClarity(parts),
    stockToClarity(parts),
  ]
  const run = runLoads({ loads, loaders, quiet: (signal) => quiet(db, signal, now), hold: ledger.hold, log })
  const stateOf = async (load: Load): Promise<LoadState> => ({ load, tally: await loads.tally(load.id) })
  const current = async (id: number) => {
    const load = await loads.get(id)
    return load && stateOf(load)
  }

  return {
    // What was begun on another replica, or before a restart, is found within a minute.
    sweep: { name: NAME, cron: '* * * * *', run },
    port: (wake) => ({
      async list() {
        const known = new Map((await loads.list()).map((load) => [load.entity, load]))
        return Promise.all(
          ENTITIES.map(async (entity): Promise<Loadable> => {
            const load = known.get(entity)
            const { direction, cause } = await waysOf(parts, loaders, entity)
            return { entity, direction, cause, state: load ? await stateOf(load) : null }
          }),
        )
      },
      async begin(entity, by) {
        const { direction, cause } = await waysOf(parts, loaders, entity)
        if (cause) return cause
        const id = await loads.create(entity, direction, by)
        if (id === undefined) return 'busy'
        await audit.record({ who: by, action: 'load.plan', entity: `load:${entity}`, after: { direction } })
        void begun(wake, log)
        return (await current(id)) ?? 'busy'
      },
      async act(id, action, by) {
        const load = await loads.get(id)
        if (!load) return undefined
        const [from, to] = moves[action]
        if (!(await loads.move(id, from, to))) return 'not_now'
        if (action === 'retry') await loads.again(id)
        await audit.record({ who: by, action: `load.${action}`, entity: `load:${load.entity}` })
        if (to === 'running') void begun(wake, log)
        return current(id)
      },
      rows: async (id, query) => ((await loads.get(id)) ? loads.rows(id, query) : undefined),
      async decide(id, which, what, by) {
        const load = await loads.get(id)
        if (!load) return undefined
        const decided = await loads.decide(id, which, what, by)
        if (decided > 0) {
          const after = { ...which, ...what, decided }
          await audit.record({ who: by, action: 'load.decide', entity: `load:${load.entity}`, after })
        }
        return decided
      },
    }),
  }
}

const NAME = 'first load'

/** In the order in which they should be loaded: prices and stock are of products. */
const ENTITIES: readonly Entity[] = ['product', 'customer', 'price', 'stock']

/** Which states a person's click leads from, and to. */
const moves: Record<LoadAction, [from: readonly StateName[], to: StateName]> = {
  // After its end: what was decided since.
  start: [['planned', 'done', 'cancelled'], 'running'],
  pause: [['running'], 'paused'],
  resume: [['paused'], 'running'],
  cancel: [['planning', 'planned', 'running', 'paused'], 'cancelled'],
  retry: [['paused', 'done', 'cancelled'], 'running'],
}

/** There is no loader from the side that is the record. What the panel is told, no cause of a failure. */
const NOT_LOADABLE: Loadable['cause'] = 'not_loadable'

/** The side that is the record of what an entity is known by decides the way. */
async function waysOf(
  { switches }: Pick<LoaderParts, 'switches'>,
  loaders: readonly Loader[],
  entity: Entity,
): Promise<{ direction: Direction; cause: Loadable['cause'] }> {
  if (!ENTITIES.includes(entity)) return { direction: 'toOdoo', cause: NOT_LOADABLE }
  const { side } = await switches.owner(entity, groupOf(entity))
  const direction = side === 'odoo' ? 'toClarity' : 'toOdoo'
  if (!loaders.some((one) => one.entity === entity && one.direction === direction))
    return { direction, cause: NOT_LOADABLE }
  return { direction, cause: (await switches.enabled(entity, direction)) ? null : 'switched_off' }
}

function groupOf(entity: Entity): FieldGroup {
  const { owners } = ruleOf(entity)
  return owners.content ? 'content' : owners.stock ? 'stock' : 'price'
}

/** Orders, deliveries and stock go first. */
const URGENT_BELOW = 3
/** So that a shop that never rests is loaded all the same, if slowly. */
const LONGEST_MS = 10_000
const LOOK_MS = 100

async function quiet(db: Kysely<Tables>, signal: AbortSignal, now: () => number): Promise<void> {
  for (let waited = 0; waited < LONGEST_MS && !signal.aborted; waited += LOOK_MS) {
    const urgent = await db
      .selectFrom('lanes')
      .select('lane')
      .where(sql<boolean>`lease_until is null and waits_for is null`)
      .where('priority', '<', URGENT_BELOW)
      .where('due_at', '<=', now())
      .limit(1)
      .executeTakeFirst()
    if (!urgent) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** A run that is just ending may not have seen what was begun: it is asked again. */
async function begun(wake: () => Promise<boolean>, log: Pick<Logger, 'error'>): Promise<void> {
  try {
    for (let tries = 0; tries < 5; tries++) {
      if (await wake()) return
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  } catch (error) {
    log.error({ err: error }, 'a first load could not be begun at once; its schedule will')
  }
}
