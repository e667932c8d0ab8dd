import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Audit, createAudit } from '../../clarity-extension/audit/audit.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { correct } from '../../shared/outcome.ts'
import { bench, dialects, event, type Place, recorder, START } from './store-support.ts'

describe.each(dialects)('the audit on $dialect', ({ possible, place: makePlace }) => {
  describe.skipIf(!possible)('', () => {
    let place: Place
    let store: Store
    let audit: Audit
    beforeAll(async () => {
      place = await makePlace()
    })
    afterAll(() => place.remove())
    beforeEach(async () => {
      store = await place.open()
      audit = createAudit(store, () => START)
    })
    afterEach(() => store.close())

    const change = (who: string, entity = 'mapping:order') => ({ who, action: 'mapping.publish' as const, entity })
    const heads = async () => (await audit.list({ limit: 200 })).rows.map(({ hash }) => hash)

    it('chains every row to the one before, also when several are written at once', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, index) => audit.record(change(`person ${index}`))))
      const { rows } = await audit.list({ limit: 200 })
      expect(rows).toHaveLength(20)
      expect(await audit.verify()).toEqual({ ok: true, rows: 20, head: rows[0]?.hash })
    })

    it('is written with the change or not at all', async () => {
      const before = await heads()
      const failing = store.db.transaction().execute(async (trx) => {
        await audit.record(change('ada'), trx)
        throw new Error('the change failed')
      })
      await expect(failing).rejects.toThrow('the change failed')
      expect(await heads()).toEqual(before)
    })

    it('keeps no secret and nothing personal', async () => {
      const after = { apiKey: 'abc', contact: { email: 'ada@example.com', phone: '1' }, margin: 2 }
      await audit.record({ ...change('ada'), before: { margin: 1 }, after })
      const [row] = (await audit.list({ limit: 1 })).rows
      expect(row?.before).toEqual({ margin: 1 })
      expect(row?.after).toEqual({
        apiKey: '[secret]',
        contact: { email: '[personal]', phone: '[personal]' },
        margin: 2,
      })
    })

    it('is refused by the database when a row is changed or removed', async () => {
      await expect(sql`update audit set who = 'eve'`.execute(store.db)).rejects.toThrow(/append-only/)
      await expect(sql`delete from audit`.execute(store.db)).rejects.toThrow(/append-only/)
    })

    it('is found by person, change, record and time, page by page', async () => {
      const kept = await audit.list({ limit: 200 })
      expect(kept.actions).toEqual(['mapping.publish'])
      expect((await audit.list({ who: 'person 3' })).rows).toHaveLength(1)
      expect((await audit.list({ action: 'event.replay' })).rows).toEqual([])
      expect((await audit.list({ entity: 'mapping:order', to: START })).rows).toEqual([])
      const first = await audit.list({ limit: 15 })
      const second = await audit.list({ limit: 15, cursor: first.next ?? 0 })
      expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(kept.rows.map(({ id }) => id))
      expect(second.next).toBeNull()
    })

    it('names the people who replayed, corrected, dismissed, paused and resumed', async () => {
      const { ledger } = bench(store)
      const { handler } = recorder(() => correct({ code: 'unknown_sku', message: 'no', remedy: 'yes' }))
      const body = (note: string) =>
        JSON.stringify({
          type: 'order.updated',
          timestamp: '2026-11-20T12:00:00Z',
          data: { id: '900', updatedAt: '2026-11-20T12:00:00Z', note, contact: { email: `${note}@example.com` } },
        })
      await ledger.start(handler)
      const { id } = await ledger.ingest(event('order:900', { payload: Buffer.from(body('a')) }))
      await ledger.idle()
      await ledger.replay({ ids: [id] }, 'ada')
      await ledger.idle()
      await ledger.correct(id, body('b'), 'grace')
      await ledger.idle()
      await ledger.dismiss({ ids: [id] }, 'sold by phone', 'joan')
      await ledger.dismiss({ ids: [id] }, 'again', 'joan')
      await ledger.pauseConnection('odoo', 'ada')
      await ledger.pauseConnection('odoo', 'ada')
      await ledger.resumeConnection('odoo', 'grace')
      await ledger.stop()
      const { rows } = await audit.list({ limit: 5 })
      expect(rows.map(({ who, action, entity }) => `${who} ${action} ${entity}`)).toEqual([
        'grace connection.resume connection:odoo',
        'ada connection.pause connection:odoo',
        `joan event.dismiss event:${id}`,
        `grace event.correct event:${id}`,
        `ada event.replay event:${id}`,
      ])
      expect(rows[3]?.after).toMatchObject({ fields: ['/data/note', '/data/contact/email'] })
      expect(JSON.stringify(rows)).not.toContain('example.com')
      expect(rows[2]).toMatchObject({ before: { states: ['dead'] }, after: { reason: 'sold by phone', moved: 1 } })
    })

    it('tells which row was changed, and that the end was cut off', async () => {
      const { head } = await whole()
      const [newest] = (await audit.list({ limit: 1 })).rows
      await withoutTriggers(() => sql`delete from audit where id = ${newest?.id}`.execute(store.db))
      await whole()
      expect(await audit.verify(head)).toMatchObject({ ok: false, reason: expect.stringContaining('cut off') })
      const third = (await audit.list({ limit: 200 })).rows.at(-3)
      await withoutTriggers(() => sql`update audit set who = 'eve' where id = ${third?.id}`.execute(store.db))
      expect(await audit.verify()).toEqual({ ok: false, rows: 3, brokenAt: third?.id, reason: 'this row was changed' })
      await withoutTriggers(() => sql`delete from audit where id = ${third?.id}`.execute(store.db))
      expect(await audit.verify()).toMatchObject({
        ok: false,
        rows: 3,
        reason: expect.stringContaining('before this one'),
      })
    })

    async function whole() {
      const verdict = await audit.verify()
      if (!verdict.ok) throw new Error(verdict.reason)
      return verdict
    }

    /** What somebody with the database in hand can do. */
    async function withoutTriggers(work: () => Promise<unknown>): Promise<void> {
      if (store.dialect === 'postgres') {
        await sql`alter table audit disable trigger all`.execute(store.db)
        await work()
        await sql`alter table audit enable trigger all`.execute(store.db)
        return
      }
      const { rows } = await sql<{ name: string; sql: string }>`
        select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'`.execute(store.db)
      for (const { name } of rows) await sql`drop trigger ${sql.ref(name)}`.execute(store.db)
      await work()
      for (const row of rows) await sql.raw(row.sql).execute(store.db)
    }
  })
})

describe('npm run audit', () => {
  it('verifies and exports the store of a bridge that runs', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-audit-'))
    const store = await openStore({ dataDir })
    await createAudit(store).record({ who: 'ada', action: 'connection.pause', entity: 'connection:odoo' })
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [resolve('scripts/audit.ts'), ...args], {
        env: { PATH: process.env.PATH, DATA_DIR: dataDir },
      })
    expect((await run('verify')).stdout).toMatch(/^The audit is whole: 1 rows\.\nhead [0-9a-f]{64}\n$/)
    expect(JSON.parse((await run('export')).stdout)).toMatchObject({ who: 'ada', entity: 'connection:odoo' })
    await expect(run('verify', 'f'.repeat(64))).rejects.toThrow(/cut off/)
    await store.close()
    await rm(dataDir, { recursive: true })
  })
})
