import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { checkKey } from '../../clarity-extension/privacy/rotation.ts'
import { createSeal, KeyUnknown } from '../../clarity-extension/privacy/seal.ts'
import { openStore } from '../../clarity-extension/store/store.ts'

const OLD = 'the old key of a test of thirty-two characters'
const NEW = 'the new key of a test of thirty-two characters'
let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rotate-key-'))
  const store = await openStore({ dataDir })
  const seal = createSeal([OLD])
  await checkKey(store.db, seal)
  const ledger = createLedger({ store, seal, log: pino({ level: 'silent' }) })
  await ledger.ingest({
    ...{ source: 'clarity', webhookId: 'one', type: 'order.created', lane: 'order:1', subject: '#1', priority: 0 },
    ...{ payload: Buffer.from('{"name":"Ada"}'), body: {}, traceId: '0'.repeat(32) },
  })
  // What a bridge that was killed in a burst left: on the disk, and in no lane yet.
  const dying = createLedger({
    store: {
      ...store,
      run: (procedure, ...rest) =>
        /^file(Arrivals|AtOnce)$/.test(procedure.name) ? new Promise(() => {}) : store.run(procedure, ...rest),
    },
    seal,
    log: pino({ level: 'silent' }),
    burst: 1,
  })
  await dying.ingest({
    ...{ source: 'clarity', webhookId: 'two', type: 'order.created', lane: 'order:2', subject: '#2', priority: 0 },
    ...{ payload: Buffer.from('{"name":"Bob"}'), body: {}, traceId: '0'.repeat(32) },
  })
  await store.close()
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

const rotate = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, ['scripts/store.ts', 'rotate-key'], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env },
  })

it('npm run store -- rotate-key says what it needs, and refuses a key that the store does not know', async () => {
  await expect(rotate({ SECRET_KEY: NEW })).rejects.toThrow(/SECRET_KEY_PREVIOUS to the one that the store has now/)
  await expect(rotate({ SECRET_KEY: 'short', SECRET_KEY_PREVIOUS: OLD })).rejects.toThrow(/at least 32 characters/)
  await expect(rotate({ SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: `${OLD}!` })).rejects.toThrow(
    /not the one that this store/,
  )
})

it('npm run store -- copy says that it needs the key where a bridge was killed in a burst, and which', async () => {
  const copy = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, ['scripts/store.ts', 'copy', 'postgres://bridge@127.0.0.1:1/none'], {
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env },
    })
  await expect(copy({})).rejects.toThrow(/killed in a burst.*Set SECRET_KEY to the key that the store has/)
  await expect(copy({ SECRET_KEY: NEW })).rejects.toThrow(/not the one that this store/)
})

it('npm run store -- rotate-key seals everything with the new key: the old one reads nothing afterwards, the new one all', async () => {
  const { stdout } = await rotate({ SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD })
  // The other one came into the history sealed with the new one.
  expect(stdout).toContain('Sealed 1 rows anew')
  const store = await openStore({ dataDir })
  const rows = await store.db.selectFrom('events').select('payload').orderBy('id').execute()
  const open = (key: string) => rows.map(({ payload }) => createSeal([key]).openBytes(payload).toString())
  expect(open(NEW)).toEqual(['{"name":"Ada"}', '{"name":"Bob"}'])
  expect(() => open(OLD)).toThrow(KeyUnknown)
  await expect(checkKey(store.db, createSeal([OLD]))).rejects.toThrow(KeyUnknown)
  await store.close()
})
