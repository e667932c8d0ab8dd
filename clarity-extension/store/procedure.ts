import type { Kysely } from 'kysely'
import type { Tables } from './schema.ts'

/**
 * A transaction that runs beside the database: on SQLite in the thread that has the file, so that a commit, a checkpoint or a
 * slow disk never holds up the doors; on PostgreSQL here. Input and output are plain data.
 */
export interface Procedure<In, Out> extends Manner {
  /** The module that exports it, and under which name: the thread loads it from there. */
  module: string
  name: string
  run(trx: Kysely<Tables>, input: In): Promise<Out>
}

/** How it is run. */
export interface Manner {
  /** It writes by one statement, whatever it reads besides: where each message costs a way to a server, no transaction is put around it. */
  single?: boolean
  /** It needs nothing of what was put off (`PutOff`). */
  ahead?: boolean
}

/** @param module its own URL, from which the thread loads it @param name of the export */
export const procedure = <In, Out>(
  module: URL,
  name: string,
  run: (trx: Kysely<Tables>, input: In) => Promise<Out>,
  manner: Manner = {},
): Procedure<In, Out> => ({ module: module.href, name, run, ...manner })
