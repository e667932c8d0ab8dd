import { type Request, Router } from 'express'
import { z } from 'zod'
import { type Direction, directions, type Entity, entityNames, ruleOf } from '../../shared/switches.ts'
import type { components } from '../panel/schema.d.ts'
import { entityChange } from '../switches.ts'
import type { EntitiesPort, EntityState } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** Which entities travel which way, and which side is the record of what. */
export function entityRoutes(entities: EntitiesPort): Router {
  const router = Router()

  router.get('/entities', async (_req, res) => {
    const body: Schemas['Entities'] = { items: (await entities.list()).map(view) }
    res.json(body)
  })

  router.patch('/entities/:entity', async (req, res) => {
    const entity = entityIn(req)
    const change = entityChange.parse(req.body ?? {})
    refuseForeign(entity, Object.keys(change.owners))
    res.json(view(await entities.change(entity, change, sessionOf(res).user)))
  })

  router.post('/entities/:entity/:direction/replay', async (req, res) => {
    const entity = entityIn(req)
    const direction = directionIn(req)
    const { since } = replayRequest.parse(req.body ?? {})
    const state = (await entities.list()).find(({ name }) => name === entity)
    if (!state?.directions.find(({ name }) => name === direction)?.enabled)
      throw new Refusal(
        409,
        'switched_off',
        'This direction is switched off; what was skipped would be skipped again.',
        'Switch it on, then replay.',
      )
    const { moved } = await entities.replaySkipped(entity, direction, since, sessionOf(res).user)
    const body: Schemas['Moved'] = { moved }
    res.json(body)
  })

  return router
}

const replayRequest = z.strictObject({
  since: z.iso
    .datetime()
    .transform((text) => Date.parse(text))
    .default(0),
})

const entityName = z.custom<Entity>((name) => entityNames.some((known) => known === name))

function entityIn(req: Request): Entity {
  const name = entityName.safeParse(req.params.entity)
  if (name.success) return name.data
  throw new Refusal(
    404,
    'no_such_entity',
    'There is no entity of this name.',
    `The entities are ${entityNames.join(', ')}.`,
  )
}

function directionIn(req: Request): Direction {
  const name = z.enum(directions).safeParse(req.params.direction)
  if (name.success) return name.data
  throw new Refusal(404, 'no_such_direction', 'There is no such direction.', 'The directions are toOdoo and toClarity.')
}

function refuseForeign(entity: Entity, groups: string[]): void {
  const own = Object.keys(ruleOf(entity).owners)
  const foreign = groups.find((group) => !own.includes(group))
  if (foreign === undefined) return
  throw new Refusal(
    400,
    'no_such_group',
    `/owners/${foreign}: ${entity} has no such field group.`,
    own.length > 0 ? `Its field groups are ${own.join(', ')}.` : 'The side that this entity comes from is its record.',
  )
}

const view = ({ name, directions: ways, owners, linked }: EntityState): Schemas['Entity'] => ({
  name,
  directions: ways.map(({ lastSyncAt, skipped, ...way }) => ({
    ...way,
    lastSyncAt: lastSyncAt === null ? null : instant(lastSyncAt),
    skipped: skipped.count,
    skippedSince: skipped.oldestAt === null ? null : instant(skipped.oldestAt),
  })),
  owners: owners.map(({ group, side, otherwise }) => ({ group, side, otherwise })),
  linked,
})
