import type { Kysely } from 'kysely'
import { procedure } from '../store/procedure.ts'
import type { Tables } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'

/** How far the keys have come, in the table of settings. */
export const PROGRESS = 'searchable'

/** Of what was sealed: the beginning is another one whenever it is written anew. */
const HEAD = 19
export const headOf = (payload: Uint8Array): string => Buffer.from(payload.subarray(0, HEAD)).toString('hex')

interface Progress {
  /** How far it is, as it is kept. */
  state: string
  now: number
}

interface Read extends Progress {
  read: { id: number; head: string; keys: string[] }[]
}

/** Not of what was erased or sealed anew since it was read: that is read again. */
export const storeKeys = procedure(
  new URL('./store-keys.ts', import.meta.url),
  'storeKeys',
  async (trx, { read, ...progress }: Read) => {
    const rows = await trx
      .selectFrom('events')
      .select(['id', (event) => event.fn<Uint8Array>('substr', ['payload', event.lit(1), event.lit(HEAD)]).as('head')])
      .where('id', '>=', read[0]?.id ?? 0)
      .where('id', '<=', read.at(-1)?.id ?? 0)
      .execute()
    const heads = new Map(rows.map(({ id, head }) => [id, headOf(head)]))
    if (read.some(({ id, head }) => (heads.get(id) ?? head) !== head)) return
    const there = read.filter(({ id }) => heads.has(id))
    await insertKeys(
      trx,
      there.flatMap(({ id, keys }) => keys.map((key) => ({ key, event_id: id }))),
    )
    await saveProgress(trx, progress)
  },
)

interface ReadLoads extends Progress {
  read: { id: number; keys: string[] }[]
}

/** What a row shows never changes; it may be gone. */
export const storeLoadKeys = procedure(
  new URL('./store-keys.ts', import.meta.url),
  'storeLoadKeys',
  async (trx, { read, ...progress }: ReadLoads) => {
    const rows = await trx
      .selectFrom('load_rows')
      .select('id')
      .where('id', '>=', read[0]?.id ?? 0)
      .where('id', '<=', read.at(-1)?.id ?? 0)
      .execute()
    const there = new Set(rows.map(({ id }) => id))
    const kept = read.filter(({ id }) => there.has(id))
    await insertLoadKeys(
      trx,
      kept.flatMap(({ id, keys }) => keys.map((key) => ({ key, row_id: id }))),
    )
    await saveProgress(trx, progress)
  },
)

async function saveProgress(trx: Kysely<Tables>, { state, now }: Progress): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key: PROGRESS, value: state, updated_at: now })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: state, updated_at: now }))
    .execute()
}

const insertKeys = statementOfRows<Tables['search_keys'], unknown>(['key', 'event_id'], (db, rows) =>
  db
    .insertInto('search_keys')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing()),
)

const insertLoadKeys = statementOfRows<Tables['load_keys'], unknown>(['key', 'row_id'], (db, rows) =>
  db
    .insertInto('load_keys')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing()),
)
