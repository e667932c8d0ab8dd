import { procedure } from '../store/procedure.ts'
import { statementOfRows } from '../store/statement.ts'

/** How far the keys have come, in the table of settings. */
export const PROGRESS = 'search_keys'

/** Of what was sealed: the beginning is another one whenever it is written anew. */
const HEAD = 19
export const headOf = (payload: Uint8Array): string => Buffer.from(payload.subarray(0, HEAD)).toString('hex')

interface Read {
  read: { id: number; head: string; keys: string[] }[]
  /** How far it is, as it is kept. */
  state: string
  now: number
}

/** Not of what was erased or sealed anew since it was read: that is read again. */
export const storeKeys = procedure(
  new URL('./store-keys.ts', import.meta.url),
  'storeKeys',
  async (trx, { read, state, now }: Read) => {
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
    await trx
      .insertInto('settings')
      .values({ key: PROGRESS, value: state, updated_at: now })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: state, updated_at: now }))
      .execute()
  },
)

const insertKeys = statementOfRows<{ key: string; event_id: number }, unknown>(['key', 'event_id'], (db, rows) =>
  db
    .insertInto('search_keys')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing()),
)
