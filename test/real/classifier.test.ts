import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { answerOf, rpcAnswerOf } from '../../odoo-bridge/client/answer.ts'
import { classify } from '../../odoo-bridge/client/classify.ts'
import { createOdooClient, type OdooClient, type Reply } from '../../odoo-bridge/client/client.ts'
import type { OdooOptions } from '../../odoo-bridge/client/options.ts'
import { until } from '../support/until.ts'
import { freshDatabase, type RealOdoo } from './support.ts'

const transports = ['json2', 'jsonrpc'] as const

/** Every way in which a real Odoo 19 says no, over both wires: what we make of it decides what becomes of an event. */
describe('what becomes of an answer of Odoo', () => {
  let odoo: RealOdoo
  let partner: number
  const seen: Reply<unknown>[] = []
  const made = new Map<string, string>()

  beforeAll(async () => {
    odoo = await freshDatabase()
    partner = await create('res.partner', { name: 'Somebody' })
    await makeKeys()
  })
  afterAll(async () => {
    expect(JSON.stringify(seen)).not.toMatch(/Traceback|File \\"|line \d+, in /)
    await odoo?.dispose()
  })

  const wire = (transport: (typeof transports)[number]) => {
    const open = (more: Partial<OdooOptions> = {}): OdooClient =>
      createOdooClient({
        ...{ url: odoo.url, db: odoo.db, transport },
        login: 'admin',
        apiKey: odoo.adminApiKey,
        ...more,
      })
    const service = () => open({ login: odoo.login, apiKey: odoo.apiKey })

    async function failing(call: Promise<Reply<unknown>>) {
      const reply = await call
      seen.push(reply)
      if (reply.ok) throw new Error(`it succeeded: ${JSON.stringify(reply.value)}`)
      const { outcome } = reply
      return outcome.kind === 'correct' ? ['correct', outcome.problems[0].code] : [outcome.kind, outcome.cause]
    }
    return { open, service, failing }
  }

  describe.each(transports)('over %s', (transport) => {
    const { open, service, failing } = wire(transport)

    describe('who is not let in', () => {
      it('a wrong key', async () => {
        expect(
          await failing(open({ apiKey: 'f'.repeat(40) }).call('res.partner', 'search_count', { domain: [] })),
        ).toEqual(['refused', 'unauthorized'])
      })

      it('an expired key', async () => {
        expect(await failing(open({ apiKey: keys('expired') }).ping())).toEqual(['refused', 'unauthorized'])
      })

      it('the key of an archived user', async () => {
        const login = `archived-${transport}`
        const client = open({ login, apiKey: keys(login) })
        expect(await client.call('res.users', 'context_get')).toMatchObject({ ok: true })
        const users = z.array(z.int()).parse(await admin('res.users', 'search', { domain: [['login', '=', login]] }))
        await admin('res.users', 'write', { ids: users, vals: { active: false } })
        expect(await failing(client.call('res.users', 'context_get'))).toEqual(['refused', 'unauthorized'])
      })

      it('a user outside the group of the bridge', async () => {
        expect(await failing(open().ping())).toEqual(['refused', 'access_denied'])
      })

      it('a wrong database', async () => {
        expect(await failing(open({ db: 'nowhere' }).ping())).toEqual(['refused', 'wrong_database'])
      })
    })

    describe('what has to be mended', () => {
      const corrected: [string, string, () => Promise<Reply<unknown>>][] = [
        [
          'a required field without a value',
          'business_rule',
          () => open().call('sale.order', 'create', { vals_list: [{}] }),
        ],
        [
          'a constraint',
          'business_rule',
          () => open().call('res.partner', 'write', { ids: [partner], vals: { parent_id: partner } }),
        ],
        [
          'a value that must be unique',
          'business_rule',
          () =>
            open().call('product.product', 'create', {
              vals_list: [
                { name: 'A', barcode: 'twice' },
                { name: 'B', barcode: 'twice' },
              ],
            }),
        ],
        [
          'a business rule',
          'business_rule',
          async () => {
            const ids = [await create('sale.order', { partner_id: partner })]
            await admin('sale.order', 'action_cancel', { ids })
            return open().call('sale.order', 'action_confirm', { ids })
          },
        ],
        [
          'a warning with a way out (RedirectWarning, HTTP 500)',
          'business_rule',
          async () => {
            const rows = await admin('res.users', 'search_read', {
              domain: [['login', '=', odoo.login]],
              fields: ['partner_id'],
              load: null,
            })
            const [user] = z.array(z.object({ partner_id: z.int() })).parse(rows)
            return open().call('res.partner', 'write', { ids: [user?.partner_id ?? 0], vals: { active: false } })
          },
        ],
        [
          'an unknown argument',
          'bad_request',
          () => open().call('res.partner', 'search_count', { domain: [], colour: 1 }),
        ],
        ['a missing argument', 'bad_request', () => open().call('res.partner', 'search_count')],
        [
          'a right that is missing',
          'access_denied',
          () => service().call('ir.config_parameter', 'search_read', { domain: [] }),
        ],
        ['a private method', 'access_denied', () => open().call('res.partner', '_write', { ids: [partner], vals: {} })],
        [
          'a company of somebody else',
          'access_denied',
          () =>
            service().call('res.partner', 'search_count', { domain: [], context: { allowed_company_ids: [999_999] } }),
        ],
        [
          'a record rule',
          'access_denied',
          async () => {
            const [hidden] = [await create('res.partner', { name: `Hidden from ${transport}` })]
            await create('ir.rule', {
              name: 'hide',
              model_id: await modelId(),
              domain_force: `[('id', '!=', ${hidden})]`,
            })
            return service().call('res.partner', 'write', { ids: [hidden], vals: { city: 'X' } })
          },
        ],
        [
          'a deleted record',
          'not_found',
          async () => {
            const ids = [await create('res.partner', { name: 'Short-lived' })]
            await admin('res.partner', 'unlink', { ids })
            return open().call('res.partner', 'write', { ids, vals: { city: 'X' } })
          },
        ],
        [
          'a reference to nothing',
          'not_found',
          () => open().call('sale.order', 'create', { vals_list: [{ partner_id: 999_999 }] }),
        ],
        [
          'an unknown field when reading',
          'invalid_value',
          () => open().call('res.partner', 'search_read', { domain: [], fields: ['nope'] }),
        ],
        [
          'an unknown field in a domain',
          'invalid_value',
          () => open().call('res.partner', 'search_count', { domain: [['nope', '=', 1]] }),
        ],
        [
          'an unknown field when writing',
          'invalid_value',
          () => open().call('res.partner', 'create', { vals_list: [{ name: 'X', nope: 1 }] }),
        ],
        [
          'a selection that is none',
          'invalid_value',
          () => open().call('res.partner', 'create', { vals_list: [{ name: 'X', type: 'castle' }] }),
        ],
        [
          'a date that is none',
          'invalid_value',
          () => open().call('sale.order', 'create', { vals_list: [{ partner_id: partner, date_order: 'yesterday' }] }),
        ],
        [
          'a text for an id (psycopg2, HTTP 500)',
          'invalid_value',
          () => open().call('res.partner', 'create', { vals_list: [{ name: 'X', country_id: 'abc' }] }),
        ],
      ]
      it.each(corrected)('%s is %s', async (_what, code, provoke) => {
        expect(await failing(provoke())).toEqual(['correct', code])
      })

      it('a model or method that nobody has', async () => {
        // /jsonrpc tells of a missing model as of any business rule.
        const missing = await failing(open().call('no.such.model', 'search_count', { domain: [] }))
        expect(['correct unknown_model', 'correct business_rule']).toContain(missing.join(' '))
        expect((await failing(open().call('res.partner', 'no_such_method', { ids: [partner] })))[0]).toBe('correct')
        expect(await failing(service().call('clarity.bridge', 'no_such_method'))).toEqual([
          'refused',
          'module_outdated',
        ])
      })

      it.each([
        // We send none: it was damaged on its way, and is sent again.
        ['a body that is no JSON', { body: '{' }, 'retry'],
        ['a body of another kind', { headers: { 'content-type': 'text/plain' } }, 'correct'],
      ])('%s', async (_what, broken, outcome) => {
        expect(
          (await failing(open({ fetch: breaking(broken) }).call('res.partner', 'search_count', { domain: [] })))[0],
        ).toBe(outcome)
      })
    })

    it('a record that somebody works on (LockError)', async () => {
      const model_id = await modelId()
      const code = `env['res.partner'].browse(${partner}).lock_for_update()`
      const action = await create('ir.actions.server', { name: 'lock', model_id, state: 'code', code })
      const locked = await lock(partner)
      expect(await failing(open().call('ir.actions.server', 'run', { ids: [action] }))).toEqual(['retry', 'conflict'])
      await locked.release()
    })
  })

  // Odoo repeats each lost race for up to 30 s before it says so: they are awaited together, on both wires.
  describe.concurrent.each(transports)('what passes by itself, over %s', (transport) => {
    const { open, failing } = wire(transport)
    const provoked: [string, string, string][] = [
      ['a serialization failure', '40001', 'conflict'],
      ['a deadlock', '40P01', 'conflict'],
      ['a lock that is not to be had', '55P03', 'conflict'],
      ['a query that was cancelled', '57014', 'timeout'],
      ['a connection that was ended', '57P01', 'database_down'],
    ]
    const rows = new Map<string, number>()

    beforeAll(async () => {
      for (const [, state] of provoked) {
        const name = `fail_${transport}_${state}`.toLowerCase()
        rows.set(state, await create('res.partner', { name }))
        await odoo.psql(`
          create or replace function ${name}() returns trigger language plpgsql as
            $$ begin raise exception 'provoked' using errcode = '${state}'; end $$;
          create trigger ${name} before update on res_partner for each row when (old.name = '${name}') execute function ${name}()`)
      }
    })

    it.each(provoked)('%s (SQLSTATE %s) is %s', async (_what, state, cause) => {
      const call = open().call('res.partner', 'write', { ids: [rows.get(state) ?? 0], vals: { city: 'X' } })
      expect(await failing(call)).toEqual(['retry', cause])
    })

    it('a row that another transaction changes, every time Odoo tries', async () => {
      const id = await create('res.partner', { name: `Hot ${transport}` })
      let over = false
      const hand = async () => {
        while (!over) await odoo.psql(changeWhenAwaited(id))
      }
      const hands = [hand(), hand()]
      await until(
        'one hand to wait for the other',
        async () => (await odoo.psql<{ count: number }>(awaiting(id)))[0]?.count === 1,
      )
      const call = failing(open().call('res.partner', 'write', { ids: [id], vals: { city: 'Ours' } })).finally(() => {
        over = true
      })
      expect(await call).toEqual(['retry', 'conflict'])
      await Promise.all(hands)
    })
  })

  it('calls without a key and sessions without a cookie are refused', async () => {
    const { url, db } = odoo
    const headers = { 'content-type': 'application/json', 'x-odoo-database': db }
    const bare = await fetch(`${url}/json/2/res.partner/search_count`, {
      method: 'POST',
      headers,
      body: '{"domain":[]}',
    })
    const session = await fetch(`${url}/web/dataset/call_kw/res.partner/search_count`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        jsonrpc: '2.0',
        params: { model: 'res.partner', method: 'search_count', args: [[]], kwargs: {} },
      }),
    })
    for (const answer of [await answerOf(bare), await rpcAnswerOf(session)]) {
      if (answer.kind === 'value') throw new Error('it succeeded')
      expect(classify(answer, { model: 'res.partner', method: 'search_count' })).toMatchObject({
        kind: 'refused',
        cause: 'unauthorized',
      })
    }
  })

  it('records are created alike over both wires', async () => {
    for (const transport of transports) {
      const { url, db, adminApiKey: apiKey } = odoo
      const client = createOdooClient({ url, db, login: 'admin', apiKey, transport })
      const reply = await client.call('res.partner', 'create', { vals_list: [{ name: 'One' }, { name: 'Two' }] })
      expect(reply).toEqual({ ok: true, value: [expect.any(Number), expect.any(Number)] })
    }
  })

  it('a method that returns nothing has succeeded', async () => {
    for (const transport of transports) {
      const id = await create('sale.order', { partner_id: partner })
      const client = createOdooClient({
        url: odoo.url,
        db: odoo.db,
        login: 'admin',
        apiKey: odoo.adminApiKey,
        transport,
      })
      expect(await client.call('sale.order', 'action_lock', { ids: [id] })).toEqual({ ok: true, value: null })
    }
  })

  it('login and password open the older wire, a wrong one does not', async () => {
    const right = { url: odoo.url, db: odoo.db, login: 'admin', password: 'admin' }
    expect(await createOdooClient(right).call('res.partner', 'search_count', { domain: [] })).toMatchObject({
      ok: true,
    })
    expect(await createOdooClient({ ...right, password: 'wrong' }).ping()).toMatchObject({
      outcome: { kind: 'refused', cause: 'unauthorized' },
    })
  })

  it.each(transports)('a full pool of connections is transient over %s', async (transport) => {
    const id = await create('res.partner', { name: 'Crowded' })
    const { url, db, adminApiKey: apiKey } = odoo
    const client = createOdooClient({ url, db, login: 'admin', apiKey, transport })
    await client.call('res.users', 'context_get')
    const locked = await lock(id)
    const calls = Array.from({ length: 90 }, () =>
      client.call('res.partner', 'write', { ids: [id], vals: { city: 'X' } }),
    )
    await Promise.race(calls)
    await locked.release()
    const replies = await Promise.all(calls)
    seen.push(...replies)
    const outcomes = replies.map((reply) => (reply.ok ? undefined : reply.outcome))
    expect(outcomes.filter((outcome) => outcome && outcome.kind !== 'retry')).toEqual([])
    // Odoo names it only where it got as far as the method; before that it is a bare HTML 500.
    const causes = outcomes.map((outcome) => (outcome?.kind === 'retry' ? outcome.cause : 'ok'))
    expect(causes.filter((cause) => cause === 'busy' || cause === 'server_error')).not.toEqual([])
    // The connections that were ended lie in Odoo's pool until each has been taken up once.
    await odoo.restart()
  })

  it('a database that is down is transient, and its return is noticed', async () => {
    const clients = transports.map((transport) =>
      createOdooClient({ url: odoo.url, db: odoo.db, login: 'admin', apiKey: odoo.adminApiKey, transport }),
    )
    await closeDatabase(odoo.db, true)
    for (const client of clients) {
      expect(await client.call('res.partner', 'search_count', { domain: [] })).toMatchObject({
        ok: false,
        outcome: { kind: 'retry', cause: 'database_down' },
      })
    }
    await closeDatabase(odoo.db, false)
    for (const client of clients) {
      expect(await client.call('res.partner', 'search_count', { domain: [] })).toMatchObject({ ok: true })
    }
  })

  it('an addon that is not installed stops the connection, with the remedy', async () => {
    await odoo.stop()
    await odoo.shell("env['ir.module.module']._get('clarity_bridge').button_immediate_uninstall()")
    await odoo.start()
    for (const transport of transports) {
      const client = createOdooClient({
        url: odoo.url,
        db: odoo.db,
        login: 'admin',
        apiKey: odoo.adminApiKey,
        transport,
      })
      expect(await client.ping()).toMatchObject({ outcome: { kind: 'refused', cause: 'module_missing' } })
    }
  })

  it('a server that is down is transient', async () => {
    await odoo.stop()
    for (const transport of ['json2', 'jsonrpc', 'auto'] as const) {
      const client = createOdooClient({
        url: odoo.url,
        db: odoo.db,
        login: 'admin',
        apiKey: odoo.adminApiKey,
        transport,
      })
      expect(await client.ping()).toMatchObject({ outcome: { kind: 'retry', cause: 'network' } })
    }
  })

  async function admin(model: string, method: string, body: Record<string, unknown>): Promise<unknown> {
    const client = createOdooClient({ url: odoo.url, db: odoo.db, apiKey: odoo.adminApiKey, transport: 'json2' })
    const reply = await client.call(model, method, body)
    if (reply.ok) return reply.value
    throw new Error(`${model}.${method}: ${JSON.stringify(reply.outcome)}`)
  }

  async function create(model: string, values: Record<string, unknown>): Promise<number> {
    const [id] = z.array(z.int()).parse(await admin(model, 'create', { vals_list: [values] }))
    if (id === undefined) throw new Error(`nothing was created in ${model}`)
    return id
  }

  /** Holds the row of a partner; releasing ends every connection that waits for it, too. */
  async function lock(id: number): Promise<{ release(): Promise<void> }> {
    const hold = `begin; select 1 from res_partner where id = ${id} for update; select pg_sleep(90); commit`
    const held = odoo.psql(hold).catch((error: unknown) => error)
    const free = () => odoo.psql('select 1 from res_partner where id = $1 for update skip locked', [id])
    await until('the lock', async () => (await free()).length === 0)
    return {
      async release() {
        await odoo.psql(`select pg_terminate_backend(pid) from pg_stat_activity
          where pid <> pg_backend_pid() and datname = current_database() and state <> 'idle'`)
        await held
      },
    }
  }

  /** A user that can be archived over each wire, a key for it, and one that has expired: Odoo starts once for all of them. */
  async function makeKeys(): Promise<void> {
    const printed = await odoo.shell(`
from datetime import datetime, timedelta
def key(name, user):
    made = env(user=user)['res.users.apikeys']._generate(None, name, datetime.now() + timedelta(days=30))
    print(name + '=' + made)
for transport in ${JSON.stringify(transports)}:
    login = 'archived-' + transport
    key(login, env['res.users'].create({'name': 'Gone', 'login': login}))
key('expired', env.ref('base.user_admin'))
env.cr.commit()`)
    for (const [, name = '', key = ''] of printed.matchAll(/^(.+)=([0-9a-f]{40})$/gm)) made.set(name, key)
    const past = "now() at time zone 'utc' - interval '1 day'"
    await odoo.psql(`update res_users_apikeys set expiration_date = ${past} where name = 'expired'`)
  }

  function keys(name: string): string {
    const key = made.get(name)
    if (!key) throw new Error(`no key ${name}`)
    return key
  }

  async function modelId(): Promise<number | undefined> {
    return z.array(z.int()).parse(await admin('ir.model', 'search', { domain: [['model', '=', 'res.partner']] }))[0]
  }
})

/** How many wait for this row, for one of the hands that change it. */
const awaiting = (id: number) => `select count(*)::int from pg_stat_activity where pg_blocking_pids(pid) &&
  array(select pid from pg_stat_activity where datname = current_database() and query like '%hand on ${id};%')`

/**
 * Changes the row, and commits when Odoo waits for it and another hand as well: two hands that take turns leave no
 * moment in which the row is free, however long one of them takes to come back.
 */
const changeWhenAwaited = (id: number) => `
  do $$ begin
    -- hand on ${id};
    update res_partner set color = coalesce(color, 0) + 1 where id = ${id};
    for i in 1..200 loop
      perform pg_stat_clear_snapshot();
      exit when (${awaiting(id)}) >= 2;
      perform pg_sleep(0.02);
    end loop;
  end $$`

/** To Odoo a database that takes no connections is one that is down; its neighbours in the cluster notice nothing. */
async function closeDatabase(db: string, closed: boolean): Promise<void> {
  const { stdout } = await promisify(execFile)('bash', ['scripts/odoo.sh', 'prepare'])
  const client = new pg.Client({ connectionString: `${/^ODOO_TEST_POSTGRES=(.*)$/m.exec(stdout)?.[1]}/postgres` })
  await client.connect()
  await client.query(`alter database "${db}" allow_connections ${!closed}`)
  if (closed) await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [db])
  await client.end()
}

/** A fetch that spoils what the client sends. */
const breaking =
  (broken: { body?: string; headers?: Record<string, string> }): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    const headers = { ...Object.fromEntries(request.headers), ...broken.headers }
    const body = broken.body ?? (await request.text())
    return fetch(request.url, { method: 'POST', headers, body })
  }
