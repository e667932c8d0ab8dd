/**
 * `npm run store -- copy postgres://…`: everything of the SQLite store in DATA_DIR into a PostgreSQL database that no bridge has
 * used yet, read back and compared before it stays. The bridge must be stopped meanwhile; the SQLite store stays as it is.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { copyStore } from '../clarity-extension/store/copy.ts'
import { openStore } from '../clarity-extension/store/store.ts'

const [command, databaseUrl] = process.argv.slice(2)
if (command !== 'copy' || !databaseUrl?.startsWith('postgres'))
  fail(
    'Say where to: npm run store -- copy postgres://user:password@host/database. DATA_DIR names the store to copy (default: data).',
  )
const dataDir = process.env.DATA_DIR ?? 'data'
if (!existsSync(join(dataDir, 'bridge.db')))
  fail(`There is no store in ${dataDir}. Set DATA_DIR to the folder that has bridge.db.`)

try {
  const from = await openStore({ dataDir })
  try {
    const to = await openStore({ databaseUrl })
    try {
      const copied = await copyStore(from, to, ({ table, rows, hash }) =>
        console.log(`${table.padEnd(20)} ${String(rows).padStart(9)} rows  ${hash.slice(0, 16)}`),
      )
      const rows = copied.reduce((sum, one) => sum + one.rows, 0)
      console.log(`Copied ${rows} rows of ${copied.length} tables; counts and hashes are equal on both sides.`)
      console.log(
        existsSync(join(dataDir, 'secret.key'))
          ? `Start with DATABASE_URL, and SECRET_KEY set to what ${join(dataDir, 'secret.key')} holds: without it nothing can be read.`
          : 'Start with DATABASE_URL and the same SECRET_KEY as before: without it nothing can be read.',
      )
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
