import { sql } from 'kysely'
import { procedure } from '../../clarity-extension/store/procedure.ts'
import type { Tables } from '../../clarity-extension/store/schema.ts'

const here = new URL('./store-failures.ts', import.meta.url)

/** Writes a setting that the disk has no room for. */
export const onFullDisk = procedure(here, 'onFullDisk', async (trx, setting: Tables['settings']): Promise<void> => {
  await sql`pragma max_page_count = 1`.execute(trx)
  await trx
    .insertInto('settings')
    .values({ ...setting, value: 'v'.repeat(1_000_000) })
    .execute()
})

/** The thread ends by a fault that nobody caught. */
export const endThread = procedure(here, 'endThread', async (): Promise<void> => {
  setImmediate(() => {
    throw new Error('out of memory')
  })
  await new Promise(() => undefined)
})
