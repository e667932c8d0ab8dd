import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { procedure } from '../../clarity-extension/store/procedure.ts'
import type { Tables } from '../../clarity-extension/store/schema.ts'

/** Writes a setting; from then on the disk of this thread fails. */
export const failingDisk = procedure(
  new URL('./failing-disk.ts', import.meta.url),
  'failingDisk',
  async (trx, setting: Tables['settings']): Promise<void> => {
    await trx.insertInto('settings').values(setting).execute()
    const fail = (_: number, done: (error: Error) => void) => {
      setImmediate(done, new Error('EIO: i/o error, fdatasync'))
    }
    Object.assign(fs, { fdatasync: fail })
    syncBuiltinESMExports()
  },
)
