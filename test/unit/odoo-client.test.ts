import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../../clarity-extension/config.ts'
import { createOdooClient } from '../../odoo-bridge/client/client.ts'
import { complete, type OdooOptions } from '../../odoo-bridge/client/options.ts'

const NO_DATABASE = '<h1>Not Found</h1><p>No database is selected and the requested URL was not found.</p>'
const key = 'a'.repeat(40)
const rpcCall = z.object({
  params: z.object({ service: z.string(), method: z.string(), args: z.array(z.unknown()) }),
})

describe('the Odoo client', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  describe('over json2', () => {
    it('sends key, database and trace context, and the body as it is', async () => {
      const asked: unknown[] = []
      const url = await serve(async (request, response) => {
        const { authorization, traceparent, 'x-odoo-database': database } = request.headers
        asked.push({ path: request.url, authorization, traceparent, database, body: JSON.parse(await text(request)) })
        json(response, 200, { acknowledged: 1 })
      })
      const client = json2(`${url}/shop/`)
      const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
      expect(await client.ack(['x'], { traceparent })).toEqual({ ok: true, value: { acknowledged: 1 } })
      expect(asked).toEqual([
        {
          path: '/shop/json/2/clarity.bridge/ack',
          authorization: `bearer ${key}`,
          traceparent,
          database: 'db',
          body: { webhook_ids: ['x'] },
        },
      ])
    })

    it('keeps neither the traceback nor the data that a database error quotes', async () => {
      const debug = 'Traceback (most recent call last): File "/odoo/secret.py"'
      const message = `duplicate key value\nDETAIL:  Key (email)=(ann@shop.example) already exists.${'x'.repeat(2000)}`
      const url = await serve((_request, response) =>
        json(response, 500, { name: 'psycopg2.errors.NotNullViolation', message, debug, arguments: [message] }),
      )
      const reply = await json2(url).call('res.partner', 'write', { ids: [1] })
      expect(reply).toMatchObject({ outcome: { kind: 'correct', problems: [{ code: 'invalid_value' }] } })
      expect(JSON.stringify(reply)).not.toMatch(/Traceback|ann@shop|secret\.py/)
    })

    it('takes an error while Odoo looked the key up for a passing one, and a wrong key for a wrong key', async () => {
      const answers = [
        [403, 'odoo.exceptions.AccessDenied', 'Access Denied'],
        [401, 'werkzeug.exceptions.Unauthorized', 'Invalid apikey'],
      ] as const
      let asked = 0
      const url = await serve((_request, response) => {
        const [status, name, message] = answers[asked++] ?? answers[1]
        json(response, status, { name, message })
      })
      expect(await json2(url).ping()).toMatchObject({ outcome: { kind: 'retry' } })
      expect(await json2(url).ping()).toMatchObject({ outcome: { kind: 'refused', cause: 'unauthorized' } })
    })

    it('sends again what arrived damaged: what it sends is JSON', async () => {
      const message = 'could not parse the body as json: Unterminated string starting at: line 1 column 20 (char 19)'
      const url = await serve((_request, response) =>
        json(response, 400, { name: 'werkzeug.exceptions.BadRequest', message }),
      )
      expect(await json2(url).ping()).toMatchObject({ outcome: { kind: 'retry', cause: 'network' } })
    })

    it('cuts a long message to a length that people read', async () => {
      const url = await serve((_request, response) =>
        json(response, 422, { name: 'odoo.exceptions.UserError', message: 'y'.repeat(5000) }),
      )
      const reply = await json2(url).call('res.partner', 'write')
      expect(JSON.stringify(reply).length).toBeLessThan(800)
    })

    it('holds an answer of another version for a broken connection, not for the data', async () => {
      const url = await serve((_request, response) =>
        json(response, 200, { results: [{ id: 'other', status: 'created' }] }),
      )
      const operation = { id: 'mine', kind: 'order', ref: '1', version: '', hash: '', model: 'sale.order', values: {} }
      expect(await json2(url).apply('store', [operation])).toMatchObject({
        outcome: { kind: 'refused', cause: 'unexpected_answer' },
      })
      expect(await json2(url).ping()).toMatchObject({ outcome: { kind: 'refused', cause: 'unexpected_answer' } })
    })

    it.each([
      [429, { 'retry-after': '7' }, { kind: 'retry', cause: 'throttled', afterMs: 7000 }],
      [502, {}, { kind: 'retry', cause: 'server_error' }],
      [503, { 'retry-after': new Date(Date.now() - 1000).toUTCString() }, { kind: 'retry', afterMs: 0 }],
      [413, {}, { kind: 'correct' }],
      [403, {}, { kind: 'refused', cause: 'proxy_refused' }],
      [404, {}, { kind: 'refused', cause: 'wrong_address' }],
      [301, { location: 'https://erp.example/json' }, { kind: 'refused', cause: 'wrong_address' }],
      [200, {}, { kind: 'refused', cause: 'wrong_address' }],
    ])('reads a page with status %s by what it is', async (status, headers, outcome) => {
      const url = await serve((_request, response) => {
        response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<p>A proxy&nbsp;speaks</p>')
      })
      expect(await json2(url).ping()).toMatchObject({ outcome })
    })
  })

  describe('in front of "No database is selected"', () => {
    const missing = 'connection to server failed: FATAL:  database "db" does not exist'
    const away = 'connection to server failed: FATAL:  database "db" is not currently accepting connections'

    it.each([
      ['PostgreSQL says the name is wrong', { rpc: operational(missing) }, 'wrong_database'],
      ['PostgreSQL says it is away', { rpc: operational(away) }, 'database_down'],
      ['all connections are taken', { rpc: { name: 'psycopg2.pool.PoolError', message: 'full' }, still: true }, 'busy'],
      [
        'the database is there but filtered out',
        { rpc: denied.error.data, health: true, still: true },
        'wrong_database',
      ],
      ['PostgreSQL cannot be reached', { health: false }, 'database_down'],
      ['PostgreSQL is there and the page stays', { health: true, still: true }, 'wrong_database'],
      ['PostgreSQL is there and the page is gone', { health: true, still: false }, 'database_down'],
    ])(
      '%s',
      async (_what, world: { rpc?: { name: string; message: string }; health?: boolean; still?: boolean }, cause) => {
        const url = await serve((request, response) => {
          if (request.url === '/jsonrpc' && world.rpc) {
            return json(response, 200, { jsonrpc: '2.0', id: 1, error: { code: 0, message: 'x', data: world.rpc } })
          }
          if (request.url?.startsWith('/web/health')) {
            return json(response, world.health ? 200 : 500, { db_server_status: world.health })
          }
          if (request.url === '/json/2/res.users/context_get' && !world.still) return json(response, 200, {})
          response.writeHead(404, { 'content-type': 'text/html' }).end(NO_DATABASE)
        })
        expect(await json2(url).ping()).toMatchObject({ outcome: { cause } })
      },
    )
  })

  describe('over jsonrpc', () => {
    it('signs in once for many calls at once, and turns a request into execute_kw', async () => {
      const calls: unknown[][] = []
      const url = await serveRpc(({ service, args }) => {
        calls.push([service, ...args])
        return service === 'common' ? { result: 7 } : { result: [1, 2] }
      })
      const client = jsonrpc(url)
      const body = { ids: [4], fields: ['name'], context: { lang: 'de_DE' } }
      await Promise.all([client.call('res.partner', 'read', body), client.call('res.partner', 'read', body)])
      expect(await client.call('res.partner', 'search', { domain: [] })).toEqual({ ok: true, value: [1, 2] })
      await client.call('res.partner', 'create', { vals_list: [{ name: 'X' }], context: {} })
      const kwargs = { fields: ['name'], context: { lang: 'de_DE' } }
      expect(calls).toEqual([
        ['common', 'db', 'me', key, {}],
        ['object', 'db', 7, key, 'res.partner', 'read', [[4]], kwargs],
        ['object', 'db', 7, key, 'res.partner', 'read', [[4]], kwargs],
        ['object', 'db', 7, key, 'res.partner', 'search', [], { domain: [] }],
        ['object', 'db', 7, key, 'res.partner', 'create', [[{ name: 'X' }]], { context: {} }],
      ])
    })

    it('takes a reply with neither result nor error for success', async () => {
      const url = await serveRpc(({ service }) => (service === 'common' ? { result: 7 } : {}))
      expect(await jsonrpc(url).call('sale.order', 'action_lock', { ids: [1] })).toEqual({ ok: true, value: null })
    })

    it('signs in anew once when the uid it kept is refused', async () => {
      let valid = 7
      let logins = 0
      const url = await serveRpc(({ service, args }) => {
        if (service === 'common') {
          logins += 1
          return { result: valid }
        }
        return args[1] === valid ? { result: 'fine' } : denied
      })
      const client = jsonrpc(url)
      await client.call('res.users', 'context_get')
      valid = 8
      expect(await client.call('res.users', 'context_get')).toEqual({ ok: true, value: 'fine' })
      expect(logins).toBe(2)
    })

    it('asks once and gives up when the key itself is refused, and comes back when it is mended', async () => {
      let good = false
      let logins = 0
      const url = await serveRpc(({ service }) => {
        if (service !== 'common') return { result: 'fine' }
        logins += 1
        return { result: good ? 7 : false }
      })
      const client = jsonrpc(url)
      expect(await client.ping()).toMatchObject({ outcome: { kind: 'refused', cause: 'unauthorized' } })
      expect(logins).toBe(1)
      good = true
      expect(await client.call('res.users', 'context_get')).toEqual({ ok: true, value: 'fine' })
    })

    it('carries the trace context', async () => {
      const seen: unknown[] = []
      const url = await serveRpc(({ service }, request) => {
        if (service === 'object') seen.push(request.headers.traceparent)
        return { result: 7 }
      })
      await jsonrpc(url).call('res.users', 'context_get', {}, { traceparent: 'trace' })
      expect(seen).toEqual(['trace'])
    })
  })

  describe('left to find the wire by itself', () => {
    it.each([
      ['19', 'json2', { '/web/version': { version_info: [19, 0, 0, 'final', 0, ''] } }],
      ['saas 19.2', 'json2', { '/web/version': { version_info: ['saas~19', 2, 0, 'final', 0, ''] } }],
      [
        '18',
        'jsonrpc',
        { '/web/webclient/version_info': { result: { server_version_info: [18, 0, 0, 'final', 0, ''] } } },
      ],
      [
        '14',
        'jsonrpc',
        { '/web/webclient/version_info': { result: { server_version_info: [14, 0, 0, 'final', 0, ''] } } },
      ],
    ])('speaks to Odoo %s over %s, having asked once', async (_version, wire, answers: Record<string, unknown>) => {
      const paths: string[] = []
      const url = await serve((request, response) => {
        const path = request.url ?? ''
        paths.push(path)
        if (path in answers) return json(response, 200, answers[path])
        if (path === '/jsonrpc') return json(response, 200, { jsonrpc: '2.0', id: 1, result: 7 })
        if (path.startsWith('/json/2/')) return json(response, 200, 7)
        response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>')
      })
      const client = createOdooClient({ url, db: 'db', login: 'me', apiKey: key })
      await Promise.all([client.call('res.users', 'context_get'), client.call('res.users', 'context_get')])
      expect(await client.call('res.users', 'context_get')).toEqual({ ok: true, value: 7 })
      const asked = paths.filter((path) => path.startsWith('/web/'))
      expect(new Set(asked).size).toBe(asked.length)
      expect(paths.includes('/jsonrpc') ? 'jsonrpc' : 'json2').toBe(wire)
    })

    it('asks again after a server that was away', async () => {
      const client = createOdooClient({ url: 'http://127.0.0.1:9', db: 'db', apiKey: key, fetch: flaky() })
      expect(await client.call('res.users', 'context_get')).toMatchObject({
        outcome: { kind: 'retry', cause: 'network' },
      })
      expect(await client.call('res.users', 'context_get')).toEqual({ ok: true, value: 'json2' })
    })

    it('says that an older Odoo needs a login', async () => {
      const url = await serve((request, response) => {
        if (request.url === '/web/version') return json(response, 200, { version_info: [18, 0] })
        response.writeHead(404).end()
      })
      const reply = await createOdooClient({ url, db: 'db', apiKey: key }).ping()
      expect(JSON.stringify(reply)).toContain('the login of the service user')
    })
  })

  describe('when nothing comes back', () => {
    it('waits for a read as long as it was told and calls it a timeout', async () => {
      const url = await serve(() => {})
      const client = json2(url, { timeouts: { read: 40 } })
      expect(await client.ping()).toMatchObject({ outcome: { kind: 'retry', cause: 'timeout' } })
    })

    it('never waits less than a minute for a write', () => {
      const options = { url: 'http://odoo', db: 'db', apiKey: key }
      expect(complete({ ...options, timeouts: { write: 5 } }).timeouts).toEqual({ read: 30_000, write: 60_000 })
      expect(complete(options).timeouts).toEqual({ read: 30_000, write: 120_000 })
    })

    it('calls a reset and a refused connection a network fault', async () => {
      const url = await serve((request) => request.socket.destroy())
      expect(await json2(url).ping()).toMatchObject({ outcome: { kind: 'retry', cause: 'network' } })
      servers.splice(0).forEach((server) => void server.close())
      expect(await json2(url).ping()).toMatchObject({ outcome: { kind: 'retry', cause: 'network' } })
    })

    it('is given up by its caller', async () => {
      const url = await serve(() => {})
      expect(await json2(url).ping({ signal: AbortSignal.timeout(20) })).toMatchObject({ outcome: { kind: 'retry' } })
    })

    it('names an untrusted certificate', async () => {
      const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
      const client = json2('https://odoo', { fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) })
      expect(await client.ping()).toMatchObject({ outcome: { kind: 'refused', cause: 'certificate' } })
    })

    it('throws what is a bug', async () => {
      const client = json2('https://odoo', { fetch: () => Promise.reject(new RangeError('a bug')) })
      await expect(client.ping()).rejects.toThrow('a bug')
    })
  })

  it('is named to the operator by its variable before the bridge starts', () => {
    const secret = `whsec_${Buffer.alloc(32).toString('base64')}`
    const odoo = { ODOO_URL: 'http://odoo', ODOO_DB: 'db', ODOO_API_KEY: key, ODOO_WEBHOOK_SECRET: secret }
    const read = readConfig({ ...odoo, ODOO_TRANSPORT: 'jsonrpc' })
    expect(read).toEqual({ problems: [expect.stringMatching(/^ODOO_LOGIN is missing/)] })
    expect(readConfig({ ...odoo, ODOO_TRANSPORT: 'jsonrpc', ODOO_LOGIN: 'clarity' })).toHaveProperty('config')
  })

  it('says at once which option is missing', () => {
    const options = { url: 'http://odoo', db: 'db' }
    expect(() => createOdooClient(options)).toThrow('an API key')
    expect(() => createOdooClient({ ...options, password: 'x', transport: 'json2' })).toThrow('an API key')
    expect(() => createOdooClient({ ...options, apiKey: key, transport: 'jsonrpc' })).toThrow('the login')
    expect(() => createOdooClient({ ...options, password: 'x' })).toThrow('the login')
  })

  async function serve(answer: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
    const server = createServer((request, response) => void answer(request, response))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  }

  function serveRpc(
    answer: (call: z.infer<typeof rpcCall>['params'], request: IncomingMessage) => object,
  ): Promise<string> {
    return serve(async (request, response) => {
      const { params } = rpcCall.parse(JSON.parse(await text(request)))
      json(response, 200, { jsonrpc: '2.0', id: 1, ...answer(params, request) })
    })
  }
})

const operational = (message: string) => ({ name: 'psycopg2.OperationalError', message })

const denied = {
  error: { code: 0, message: 'x', data: { name: 'odoo.exceptions.AccessDenied', message: 'Access Denied' } },
}

const json2 = (url: string, more: Partial<OdooOptions> = {}) =>
  createOdooClient({ url, db: 'db', apiKey: key, transport: 'json2', ...more })

const jsonrpc = (url: string) => createOdooClient({ url, db: 'db', login: 'me', apiKey: key, transport: 'jsonrpc' })

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Away at first, an Odoo 19 afterwards. */
function flaky(): typeof fetch {
  let away = true
  return async (input) => {
    if (away) {
      away = false
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
    }
    const url = input instanceof Request ? input.url : String(input)
    return Response.json(url.endsWith('/web/version') ? { version_info: [19] } : 'json2')
  }
}
