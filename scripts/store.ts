/**
 * What is done to a store while the bridge is stopped. The store is the SQLite one in DATA_DIR (default: data), or DATABASE_URL.
 *
 * `npm run store -- copy postgres://…`: everything of the SQLite store into a PostgreSQL database that no bridge has used yet, read
 * back and compared before it stays; the SQLite store stays as it is.
 *
 * `npm run store -- rotate-key`: seals everything with SECRET_KEY that was sealed with SECRET_KEY_PREVIOUS, which may go afterwards.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { fileAll } from '../clarity-extension/ledger/filing.ts'
import { demandOf } from '../clarity-extension/ports/demand.ts'
import { checkKey, sealAll } from '../clarity-extension/privacy/rotation.ts'
import { createSeal, type Seal } from '../clarity-extension/privacy/seal.ts'
import { copyStore } from '../clarity-extension/store/copy.ts'
import { openStore, type Store } from '../clarity-extension/store/store.ts'

const dataDir = process.env.DATA_DIR ?? 'data'
const [command, ...args] = process.argv.slice(2)
const commands: Record<string, () => Promise<void>> = { copy, 'rotate-key': rotateKey }

try {
  const run = commands[command ?? '']
  if (!run) throw new Error(`Say what to do: ${Object.keys(commands).join(' or ')}. E.g. npm run store -- rotate-key`)
  await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}

async function copy(): Promise<void> {
  const [databaseUrl] = args
  if (!databaseUrl?.startsWith('postgres'))
    throw new Error(
      'Say where to: npm run store -- copy postgres://user:password@host/database. DATA_DIR names the store to copy.',
    )
  await using(openWhole(here(), sealHere), (from) =>
    using(openStore({ databaseUrl }), async (to) => {
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
    }),
  )
}

async function rotateKey(): Promise<void> {
  const { SECRET_KEY: key, SECRET_KEY_PREVIOUS: previous } = process.env
  if (!key || !previous)
    throw new Error(
      'Set SECRET_KEY to the new key (openssl rand -base64 32) and SECRET_KEY_PREVIOUS to the one that the store has now; several are separated by commas.',
    )
  if (key.length < 32)
    throw new Error('SECRET_KEY must have at least 32 characters; make one with: openssl rand -base64 32')
  const { DATABASE_URL: databaseUrl } = process.env
  const seal = createSeal([key, ...previous.split(',').map((one) => one.trim())])
  await using(
    openWhole(databaseUrl ? { databaseUrl } : here(), () => seal),
    async ({ db }) => {
      await checkKey(db, seal)
      const rows = await sealAll(db, seal, { log: { info: () => undefined }, pauseMs: 0, stopped: () => false })
      console.log(
        `Sealed ${rows} rows anew. Start with the new SECRET_KEY and without SECRET_KEY_PREVIOUS; destroy the old key.`,
      )
    },
  )
}

function here(): { dataDir: string } {
  if (!existsSync(join(dataDir, 'bridge.db')))
    throw new Error(`There is no store in ${dataDir}. Set DATA_DIR to the folder that has bridge.db.`)
  return { dataDir }
}

/** @param sealOf asked only if it is needed */
async function openWhole(where: Parameters<typeof openStore>[0], sealOf: () => Seal): Promise<Store> {
  const store = await openStore(where)
  try {
    // What a bridge that was killed left of a burst belongs to the history.
    if (await store.db.selectFrom('arrivals').select('id').limit(1).executeTakeFirst()) {
      const seal = sealOf()
      await checkKey(store.db, seal)
      await fileAll({ store, seal, project: demandOf, log: pino() })
    }
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

function sealHere(): Seal {
  const { SECRET_KEY: given, SECRET_KEY_PREVIOUS: previous } = process.env
  const file = join(dataDir, 'secret.key')
  const key = given ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
  if (!key)
    throw new Error(
      'The bridge was killed in a burst, and what it stored last is sealed. Set SECRET_KEY to the key that the store has, or start the bridge once.',
    )
  return createSeal([key, ...(previous?.split(',').map((one) => one.trim()) ?? [])])
}

async function using(opening: Promise<Store>, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await opening
  try {
    await work(store)
  } finally {
    await store.close()
  }
}
