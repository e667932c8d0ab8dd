import type { Kysely, Selectable } from 'kysely'
import type { SweepsTable, Tables } from '../store/schema.ts'

/** The rows behind the sweeps: each move is one statement, so that of several replicas one wins. */
export async function ensure(db: Kysely<Tables>, names: readonly string[], now: number): Promise<void> {
  if (names.length === 0) return
  await db
    .insertInto('sweeps')
    .values(names.map((name) => ({ name, well_at: now })))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
}

export const settingsOf = (db: Kysely<Tables>): Promise<Selectable<SweepsTable>[]> =>
  db.selectFrom('sweeps').selectAll().execute()

/** Whatever a killed process held: for the one process of an exclusive store, at its start. */
export async function releaseAll(db: Kysely<Tables>): Promise<void> {
  await db.updateTable('sweeps').set({ lease_until: null, holder: null }).where('holder', 'is not', null).execute()
}

/** Takes the sweep, unless somebody has it or has already begun a run for this point of the schedule. */
export async function begin(
  db: Kysely<Tables>,
  name: string,
  holder: string,
  due: number,
  now: number,
  leaseMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sweeps')
    .set({ holder, lease_until: now + leaseMs, started_at: now })
    .where('name', '=', name)
    .where((is) => is.or([is('lease_until', 'is', null), is('lease_until', '<', now)]))
    .where((is) => is.or([is('started_at', 'is', null), is('started_at', '<=', due)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** @returns false when somebody else has taken it over */
export async function keep(db: Kysely<Tables>, name: string, holder: string, until: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sweeps')
    .set({ lease_until: until })
    .where('name', '=', name)
    .where('holder', '=', holder)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function end(
  db: Kysely<Tables>,
  name: string,
  holder: string,
  result: { outcome: 'done' | 'failed'; message: string },
  now: number,
): Promise<void> {
  await db
    .updateTable('sweeps')
    .set({
      ...result,
      ...(result.outcome === 'done' ? { well_at: now } : {}),
      ...{ finished_at: now, lease_until: null, holder: null },
    })
    .where('name', '=', name)
    .where('holder', '=', holder)
    .execute()
}
