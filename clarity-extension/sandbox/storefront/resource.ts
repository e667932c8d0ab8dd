import { z } from 'zod'
import type { ClarityEventType } from '../../../shared/events.ts'
import { type Api, type Incoming, type Outgoing, pageQueryOf } from './api.ts'
import { type Collection, type Identified, matchVersion, newId, type Stored } from './collection.ts'
import { shown } from './orders.ts'
import { HttpProblem, invalid, notFound, parsed } from './problem.ts'
import type { Shop } from './shop.ts'
import type { Scope } from './tokens.ts'

export type Body = Record<string, unknown>

/** What differs between one kind of master data and the next. */
export interface ResourceRules<T extends Identified & Body> {
  path: string
  scopes: { read: Scope; write: Scope }
  collection: Collection<T>
  /** Of new ids. */
  prefix: string
  events?: { created: ClarityEventType; updated: ClarityEventType }
  /** Whether GET and PATCH by id exist. */
  byId?: boolean
  /** Whether `PUT` on the collection upserts many. */
  bulk?: boolean
  /** Objects of which a request may give a part; the rest stays. */
  parts?: readonly string[]
  /** Of new records, where the request says nothing. */
  defaults?: Body
  /** The field that the collection finds records by. */
  parentField?: string
  /** Query parameters that narrow the list: parameter to stored field. */
  filters?: Record<string, string>
  /** Throws 422 for what the shape alone cannot know. */
  guard?: (wanted: Body, before: T | undefined) => void
  /** A record without a key that an upsert under a new key takes over. */
  adopt?: (body: Body) => Stored<T> | undefined
}

export type Resource = ReturnType<typeof createResource>

export function createResource<T extends Identified & Body>(shop: Shop, rules: ResourceRules<T>) {
  const { collection, path } = rules

  return {
    path,
    routes(api: Api): void {
      const { read, write } = rules.scopes
      api.get(path, read, ({ query }) => ({
        status: 200,
        body: collection.list({ ...pageQueryOf(query), where: whereOf(query) }),
      }))
      api.get(`${path}/digest`, read, () => ({ status: 200, body: collection.digest() }))
      api.get(`${path}/by-key/:externalKey`, read, ({ param }) => shown(200, keyed(param('externalKey'))))
      api.put(`${path}/by-key/:externalKey`, write, upsert)
      if (rules.bulk) api.put(path, write, ({ body }) => ({ status: 200, body: { results: upsertMany(body) } }))
      if (!rules.byId) return
      api.get(`${path}/:id`, read, ({ param }) => shown(200, one(param('id'))))
      api.patch(`${path}/:id`, write, ({ param, body, ifMatch }) =>
        shown(200, change(one(param('id')), bodyOf(body), ifMatch)),
      )
    },
    create: (body: unknown): T => create(bodyOf(body)).record,
    change: (id: string, body: unknown): T => change(one(id), bodyOf(body), undefined).record,
  }

  function one(id: string): Stored<T> {
    const found = collection.get(id)
    if (!found) throw notFound(`${path}/${id}`)
    return found
  }

  function keyed(key: string): Stored<T> {
    const found = collection.byKey(key)
    if (!found) throw notFound(`${path}/by-key/${key}`)
    return found
  }

  function upsert({ param, body, ifMatch }: Incoming): Outgoing {
    return upsertOne({ ...bodyOf(body), externalKey: param('externalKey') }, ifMatch)
  }

  /** One bad row never fails the others. */
  function upsertMany(body: unknown): RowResult[] {
    return parsed(rowsShape, body).rows.map((row, index) => {
      try {
        const { record } = upserted(bodyOf(row), undefined).stored
        return { index, status: 'ok', id: record.id }
      } catch (error) {
        if (!(error instanceof HttpProblem)) throw error
        const [first] = error.errors
        return {
          index,
          status: 'rejected',
          code: first?.code ?? error.code,
          message: error.message,
          field: first?.field,
        }
      }
    })
  }

  function upsertOne(wanted: Body, ifMatch: string | undefined): Outgoing {
    const { status, stored } = upserted(wanted, ifMatch)
    return shown(status, stored)
  }

  function upserted(wanted: Body, ifMatch: string | undefined): { status: 200 | 201; stored: Stored<T> } {
    const externalKey = String(wanted.externalKey)
    const before = collection.byKey(externalKey) ?? rules.adopt?.(wanted)
    if (before) return { status: 200, stored: change(before, wanted, ifMatch) }
    // A caller that names a version means a record that is there.
    if (ifMatch !== undefined) matchVersion(ifMatch === '*' ? '' : ifMatch, 0)
    return { status: 201, stored: create(wanted) }
  }

  function create(body: Body): Stored<T> {
    rules.guard?.(body, undefined)
    const { parentField } = rules
    const parent =
      parentField === undefined ? undefined : z.string().optional().catch(undefined).parse(body[parentField])
    const added = collection.insert({ ...rules.defaults, ...body, id: newId(rules.prefix, shop.clock()) }, parent)
    if (rules.events) shop.events.emit(rules.events.created, added.record)
    return added
  }

  function change(before: Stored<T>, body: Body, ifMatch: string | undefined): Stored<T> {
    matchVersion(ifMatch, before.version)
    keepSame(before.record, body)
    const wanted = { ...before.record, ...body, ...partsOf(before.record, body), ...attributesOf(before.record, body) }
    rules.guard?.(wanted, before.record)
    const after = collection.merge(before, wanted)
    if (after.changed && rules.events) shop.events.emit(rules.events.updated, after.record)
    return after
  }

  /** The field a record is found by is its identity in this shop. */
  function keepSame(before: Body, body: Body): void {
    const field = rules.parentField
    if (field === undefined || body[field] === undefined || body[field] === before[field]) return
    const message = `It is ${String(before[field])} and cannot change. Make another record.`
    throw invalid({ field: `/${field}`, code: 'immutable', message })
  }

  function partsOf(before: Body, body: Body): Body {
    const given = (rules.parts ?? []).filter((name) => bodyShape.safeParse(body[name]).success)
    return Object.fromEntries(given.map((name) => [name, { ...Object(before[name]), ...Object(body[name]) }]))
  }

  function whereOf(query: Record<string, unknown>): Record<string, string | undefined> {
    const pairs = Object.entries(rules.filters ?? {})
    return Object.fromEntries(
      pairs.map(([name, field]) => [field, z.string().optional().catch(undefined).parse(query[name])]),
    )
  }
}

type RowResult =
  | { index: number; status: 'ok'; id: string }
  | { index: number; status: 'rejected'; code: string; message: string; field: string | undefined }

const rowsShape = z.object({
  rows: z
    .array(z.looseObject({ externalKey: z.string().min(1).max(200) }))
    .min(1)
    .max(500),
})
const bodyShape = z.record(z.string(), z.unknown())
/** What the storefront says of a record is not the caller's to write. */
const bodyOf = (body: unknown): Body => {
  const { id: _, updatedAt: __, ...rest } = parsed(bodyShape, body)
  return rest
}

/** Custom fields are merged one by one; null removes one. */
function attributesOf(before: Body, body: Body): Body {
  const known = bodyShape.safeParse(before.attributes)
  const given = bodyShape.safeParse(body.attributes)
  if (!known.success || !given.success) return {}
  const merged = Object.entries({ ...known.data, ...given.data }).filter(([, value]) => value !== null)
  return { attributes: Object.fromEntries(merged) }
}
