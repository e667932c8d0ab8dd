import type { Kysely } from 'kysely'
import type { EventType } from '../../shared/events.ts'
import {
  type Direction,
  directionOf,
  directions,
  type Entity,
  entityNames,
  entityOf,
  fieldGroups,
} from '../../shared/switches.ts'
import type { Audit } from '../audit/audit.ts'
import { hasFlow, registry } from '../flows/registry.ts'
import type { DirectionState, EntitiesPort, EntityState } from '../http/ports.ts'
import type { Skipped } from '../ledger/skipped.ts'
import type { Links } from '../links.ts'
import type { Tables } from '../store/schema.ts'
import type { Switches } from '../switches.ts'

export interface EntityParts {
  db: Kysely<Tables>
  switches: Switches
  skipped: Skipped
  links: Pick<Links, 'counts'>
  audit: Pick<Audit, 'record'>
}

/** What the panel shows and does about entities: the switches, what they left out, and how far each direction is. */
export function entitiesPort({ db, switches, skipped, links, audit }: EntityParts): EntitiesPort {
  const stateOf = async (name: Entity, counts: Map<string, number>): Promise<EntityState> => {
    const settings = await switches.of(name)
    const ways = directions.filter((direction) => typesOf(name, direction).length > 0)
    return {
      name,
      directions: await Promise.all(ways.map((way) => directionState(name, way, settings.directions[way]))),
      owners: fieldGroups.flatMap((group) => {
        const owner = settings.owners[group]
        return owner ? [{ group, ...owner }] : []
      }),
      linked: name === 'stock' ? null : (counts.get(name) ?? 0),
    }
  }

  const directionState = async (entity: Entity, name: Direction, enabled: boolean): Promise<DirectionState> => {
    const types = typesOf(entity, name)
    return { name, enabled, lastSyncAt: await lastDone(db, types), skipped: await skipped.of(types) }
  }

  const list = async () => {
    const counts = await links.counts()
    const states = await Promise.all(entityNames.map((name) => stateOf(name, counts)))
    return states.filter((state) => state.directions.length > 0)
  }

  return {
    list,
    async change(entity, change, by) {
      await switches.change(entity, change, (changed, trx) =>
        audit.record({ who: by, action: 'entity.change', entity: `entity:${entity}`, ...changed }, trx),
      )
      return stateOf(entity, await links.counts())
    },
    async replaySkipped(entity, direction, since, by) {
      const { moved } = await skipped.replay(typesOf(entity, direction), since, by)
      await audit.record({
        who: by,
        action: 'entity.replay',
        entity: `entity:${entity}`,
        after: { direction, since: new Date(since).toISOString(), moved },
      })
      return { moved }
    },
  }
}

const eventTypes = Object.keys(registry).filter((type): type is EventType => type in registry)

/** Event types of an entity that have a flow this way. */
const typesOf = (entity: Entity, direction: Direction): EventType[] =>
  eventTypes.filter((type) => entityOf[type] === entity && directionOf(type) === direction && hasFlow(type))

async function lastDone(db: Kysely<Tables>, types: EventType[]): Promise<number | null> {
  const newest = types.map((type) =>
    db
      .selectFrom('events')
      .select('settled_at')
      .where('type', '=', type)
      .where('state', '=', 'done')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
  )
  const instants = (await Promise.all(newest)).map((row) => row?.settled_at ?? 0)
  return Math.max(0, ...instants) || null
}
