import { beforeEach, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { openBook } from '../../clarity-extension/connections/book.ts'
import { lastErrors } from '../../clarity-extension/connections/last-errors.ts'
import { sealAnew } from '../../clarity-extension/privacy/rotation.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import { newSecret } from '../../shared/signature.ts'
import { onBothStores, START } from './store-support.ts'

const [first, second, third] = [newSecret(), newSecret(), newSecret()]
const given = {
  clarity: {
    baseUrl: 'https://shop.example/api/v1',
    tokenUrl: 'https://shop.example/oauth/token',
    clientId: 'bridge',
    clientSecret: 'client-secret-of-the-environment',
    webhookSecrets: [first],
  },
  odoo: {
    url: 'https://erp.example',
    db: 'main',
    login: undefined,
    apiKey: 'key-of-the-environment',
    transport: 'json2' as const,
    webhookSecrets: [first],
  },
}

onBothStores("the connections' settings", (on) => {
  const clock = { now: START }
  const seal = createSeal(['a key of the tests, of some length'])
  const open = (change: Partial<typeof given> = {}, key = seal) =>
    openBook({ store: on.store, seal: key, given: { ...given, ...change }, now: () => clock.now })

  beforeEach(() => {
    clock.now = START
  })

  it('and the last error of a side are known after a restart, and to every replica', async () => {
    const { db } = on.store
    const faults: unknown[] = []
    const errors = lastErrors(on.store, (error) => faults.push(error), 1)
    expect(await errors.of('odoo')).toBeNull()
    errors.note('odoo', { cause: 'network', message: 'nobody answers', at: START })
    errors.note('odoo', { cause: 'unauthorized', message: 'the key has expired', at: START + 1 })
    const newest = { cause: 'unauthorized', message: 'the key has expired', at: START + 1 }
    expect(await errors.of('odoo')).toEqual(newest)
    await errors.stop()
    const restarted = lastErrors({ db }, (error) => faults.push(error))
    expect(await restarted.of('odoo')).toEqual(newest)
    expect(await restarted.of('clarity')).toBeNull()
    await restarted.stop()
    expect(faults).toEqual([])
  })

  it('are those of the environment at first, and what a person changed after a restart', async () => {
    const book = await open()
    expect(book.odoo.settings()).toMatchObject({ db: 'main', apiKey: 'key-of-the-environment' })
    const told: number[] = []
    book.odoo.onChange(() => told.push(1))
    await book.odoo.change({ apiKey: 'key-of-a-person' }, 'ann')
    expect(told).toEqual([1])
    book.stop()
    const again = await open()
    expect(again.odoo.settings()).toEqual({
      url: 'https://erp.example',
      db: 'main',
      apiKey: 'key-of-a-person',
      transport: 'json2',
    })
    again.stop()
  })

  it('take from the environment what it says anew, and only that', async () => {
    const book = await open()
    await book.odoo.change({ apiKey: 'key-of-a-person', db: 'staging' }, 'ann')
    book.stop()
    const again = await open({
      odoo: { ...given.odoo, apiKey: 'fresh-key-of-the-environment', webhookSecrets: [second] },
    })
    expect(again.odoo.settings()).toMatchObject({ apiKey: 'fresh-key-of-the-environment', db: 'staging' })
    expect(again.odoo.secrets()).toEqual([second, first])
    again.stop()
  })

  it('are sealed, and sealed anew when SECRET_KEY changes', async () => {
    const book = await open()
    await book.clarity.addSecret(second, null, 'ann')
    book.stop()
    const values = async () =>
      (await on.store.db.selectFrom('settings').select('value').execute()).map(({ value }) => value)
    for (const value of await values()) expect(value).toMatch(/^sealed1:/)
    const next = createSeal(['the next key of the tests, of some length', 'a key of the tests, of some length'])
    await sealAnew(on.store.db, next, { info: () => {}, error: () => {} }).done
    for (const value of await values()) expect(next.isCurrent(value)).toBe(true)
    const again = await open({}, createSeal(['the next key of the tests, of some length']))
    expect(again.clarity.secrets()).toEqual([second, first])
    again.stop()
  })

  it('accept several webhook secrets at once, the older ones until they end', async () => {
    const book = await open()
    await book.clarity.addSecret(second, START + 60_000, 'ann')
    expect(book.clarity.secrets()).toEqual([second, first])
    expect(book.clarity.overlapUntil()).toBe(START + 60_000)
    await book.clarity.addSecret(third, START + 120_000, 'ann')
    expect(book.clarity.secrets()).toEqual([third, second, first])
    clock.now = START + 60_000
    expect(book.clarity.secrets()).toEqual([third, second])
    clock.now = START + 120_000
    expect(book.clarity.secrets()).toEqual([third])
    expect(book.clarity.overlapUntil()).toBeNull()
    book.stop()
  })

  it('hold on another replica after its next look', async () => {
    const [here, there] = [await open(), await open()]
    let told = 0
    there.odoo.onChange(() => {
      told += 1
    })
    await here.odoo.change({ apiKey: 'key-of-a-person' }, 'ann')
    await there.odoo.look()
    await there.odoo.look()
    expect(there.odoo.settings().apiKey).toBe('key-of-a-person')
    expect(told).toBe(1)
    here.stop()
    there.stop()
  })

  it('are audited: who changed which field, never a secret', async () => {
    const book = await open()
    const before = await on.store.db.selectFrom('audit').select('id').orderBy('id', 'desc').executeTakeFirst()
    await book.odoo.change({ apiKey: 'key-of-a-person', db: 'staging' }, 'ann')
    await book.odoo.addSecret(second, null, 'ben')
    await book.odoo.change({ apiKey: 'rotated' }, 'ann', { madeAt: START, endsAt: null, previous: null })
    const rows = await on.store.db
      .selectFrom('audit')
      .selectAll()
      .where('id', '>', before?.id ?? 0)
      .orderBy('id')
      .execute()
    expect(rows.map(({ who, action, entity }) => [who, action, entity])).toEqual([
      ['ann', 'connection.change', 'connection:odoo'],
      ['ben', 'connection.secret', 'connection:odoo'],
      ['ann', 'connection.key', 'connection:odoo'],
    ])
    expect(JSON.parse(String(rows[0]?.after))).toMatchObject({
      db: 'staging',
      apiKey: '[secret]',
      changed: ['db', 'apiKey'],
    })
    expect(JSON.stringify(rows)).not.toMatch(/key-of|rotated"|whsec_/)
    expect((await createAudit(on.store).verify()).ok).toBe(true)
    book.stop()
  })
})
