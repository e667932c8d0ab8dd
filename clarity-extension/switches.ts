import type { Kysely } from 'kysely'
import { z } from 'zod'
import {
  type Direction,
  directions,
  type Entity,
  entityNames,
  type FieldGroup,
  fieldGroups,
  type Owner,
  otherwises,
  ruleOf,
} from '../shared/switches.ts'
import type { Tables } from './store/schema.ts'

/** Which entities travel which way, and which side is the record of what. Stored; where nothing is stored, the defaults hold. */
export interface Switches {
  enabled(entity: Entity, direction: Direction): Promise<boolean>
  owner(entity: Entity, group: FieldGroup): Promise<Owner>
  of(entity: Entity): Promise<EntitySettings>
  /** What is left out stays as it was. @param written told in the same transaction, e.g. to record it. @throws RangeError for a group that the entity does not have */
  change(
    entity: Entity,
    change: EntityChange,
    written?: (changed: Changed, trx: Kysely<Tables>) => Promise<void>,
  ): Promise<Changed>
}

export interface Changed {
  before: EntitySettings
  after: EntitySettings
}

export interface EntitySettings {
  directions: Record<Direction, boolean>
  owners: Partial<Record<FieldGroup, Owner>>
}

export type EntityChange = z.infer<typeof entityChange>

const owner = z.object({ side: z.enum(['clarity', 'odoo']), otherwise: z.enum(otherwises) })
const stored = z.object({
  directions: z.partialRecord(z.enum(directions), z.boolean()).default({}),
  owners: z.partialRecord(z.enum(fieldGroups), owner).default({}),
})
export const entityChange = stored.strict()

/** Another replica's click holds here after this long. Milliseconds. */
const BELIEVED_MS = 1_000

/** @param now unix milliseconds */
export function createSwitches(db: Kysely<Tables>, now: () => number = Date.now): Switches {
  let known: { settings: Promise<Map<Entity, EntitySettings>>; until: number } | undefined

  const of = async (entity: Entity): Promise<EntitySettings> => {
    if (!known || now() >= known.until) {
      const read = readAll(db)
      known = { settings: read, until: now() + BELIEVED_MS }
      read.catch(() => {
        known = undefined
      })
    }
    return (await known.settings).get(entity) ?? defaultsOf(entity)
  }

  return {
    of,
    enabled: async (entity, direction) => (await of(entity)).directions[direction],
    async owner(entity, group) {
      const found = (await of(entity)).owners[group]
      if (!found) throw new RangeError(`${entity} has no field group ${group} with an owner`)
      return found
    },
    async change(entity, change, written) {
      const foreign = fieldGroups.find((group) => change.owners[group] && !ruleOf(entity).owners[group])
      if (foreign) throw new RangeError(`${entity} has no field group ${foreign} with an owner`)
      const changed = await db.transaction().execute(async (trx) => {
        // Written first: of two people who change it at once, the second sees what the first has done.
        await trx
          .insertInto('settings')
          .values({ key: keyOf(entity), value: '{}', updated_at: now() })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ updated_at: now() }))
          .execute()
        const { value } = await trx
          .selectFrom('settings')
          .select('value')
          .where('key', '=', keyOf(entity))
          .executeTakeFirstOrThrow()
        const own = stored.parse(JSON.parse(value))
        const next = {
          directions: { ...own.directions, ...change.directions },
          owners: { ...own.owners, ...change.owners },
        }
        await trx
          .updateTable('settings')
          .set({ value: JSON.stringify(next) })
          .where('key', '=', keyOf(entity))
          .execute()
        const both = { before: settingsOf(entity, own), after: settingsOf(entity, next) }
        await written?.(both, trx)
        return both
      })
      known = undefined
      return changed
    },
  }
}

async function readAll(db: Kysely<Tables>): Promise<Map<Entity, EntitySettings>> {
  const rows = await db
    .selectFrom('settings')
    .select(['key', 'value'])
    .where('key', 'in', entityNames.map(keyOf))
    .execute()
  const changed = new Map(rows.map(({ key, value }) => [key, stored.parse(JSON.parse(value))]))
  return new Map(
    entityNames.map((entity) => {
      const own = changed.get(keyOf(entity))
      return [entity, own ? settingsOf(entity, own) : defaultsOf(entity)]
    }),
  )
}

const keyOf = (entity: Entity): string => `entity:${entity}`

function settingsOf(entity: Entity, own: EntityChange): EntitySettings {
  const { directions: ways, owners } = defaultsOf(entity)
  return { directions: { ...ways, ...own.directions }, owners: { ...owners, ...own.owners } }
}

function defaultsOf(entity: Entity): EntitySettings {
  const { off = [], owners } = ruleOf(entity)
  return { directions: { toOdoo: !off.includes('toOdoo'), toClarity: !off.includes('toClarity') }, owners }
}
