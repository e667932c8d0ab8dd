import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { keyExpiries } from '../../clarity-extension/ports/expiries.ts'
import { send } from '../../clarity-extension/watch/alerts/channels.ts'
import { AddressRefused, checkUrl, isPrivate } from '../../clarity-extension/watch/alerts/guard.ts'
import { conditionsOf, delivered, type Signals } from '../../clarity-extension/watch/alerts/rules.ts'
import { refused } from '../../shared/outcome.ts'
import { verifySignature } from '../../shared/signature.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const quiet: Signals = {
  now: NOW,
  overview: {
    connections: [
      { name: 'clarity', state: 'up', cause: null, message: null, since: 0, waiting: 0 },
      { name: 'odoo', state: 'up', cause: null, message: null, since: 0, waiting: 0 },
    ],
    oldestWaitingAt: null,
    waiting: 0,
    perMinute: [],
  },
  dead: [],
  held: [],
  sweeps: [],
  lastOrderAt: NOW - MINUTE,
  disk: { freeBytes: 50 * 1024 ** 3, freeShare: 0.5 },
  expiries: [],
  noticed: [],
}
const keys = (change: Partial<Signals>, rules = delivered) =>
  conditionsOf({ ...quiet, ...change }, rules).map(({ key }) => key)
const sweep = (change: Partial<Signals['sweeps'][number]>) => ({
  ...{ name: 'orders', enabled: true, wellAt: NOW, everyMs: 5 * MINUTE, message: 'Odoo answers 500' },
  ...change,
})
const minutes = (failed: number, done: number) => [{ at: NOW, received: 0, delivered: done, failed, orders: 0 }]

describe('the rules of alerts', () => {
  it('are silent while all is well', () => {
    expect(keys({})).toEqual([])
  })

  it.each<[string, Partial<Signals>, string[]]>([
    [
      'a late backlog',
      { overview: { ...quiet.overview, waiting: 3, oldestWaitingAt: NOW - 15 * MINUTE } },
      ['backlog_age'],
    ],
    ['a young backlog', { overview: { ...quiet.overview, waiting: 3, oldestWaitingAt: NOW - 14 * MINUTE } }, []],
    ['many failures', { overview: { ...quiet.overview, perMinute: minutes(4, 16) } }, ['error_rate']],
    ['few failures', { overview: { ...quiet.overview, perMinute: minutes(3, 17) } }, []],
    ['too few to tell', { overview: { ...quiet.overview, perMinute: minutes(5, 5) } }, []],
    ['no orders', { lastOrderAt: NOW - 24 * 60 * MINUTE }, ['no_orders']],
    ['never an order', { lastOrderAt: null }, []],
    ['a full disk', { disk: { freeBytes: 1, freeShare: 0.09 } }, ['disk']],
    [
      'a key that ends',
      { expiries: [{ name: "Odoo's key", at: NOW + 13 * 24 * 60 * MINUTE, link: '/' }] },
      ["expiry:Odoo's key"],
    ],
    ['a key that lasts', { expiries: [{ name: "Odoo's key", at: NOW + 15 * 24 * 60 * MINUTE, link: '/' }] }, []],
    ['a sweep that fails', { sweeps: [sweep({ wellAt: NOW - 66 * MINUTE })] }, ['stalled_sweep:orders']],
    ['a sweep that failed for a while', { sweeps: [sweep({ wellAt: NOW - 64 * MINUTE })] }, []],
    ['a nightly one in the afternoon', { sweeps: [sweep({ wellAt: NOW - 11 * 60 * MINUTE, everyMs: DAY })] }, []],
    [
      'a nightly one that failed',
      { sweeps: [sweep({ wellAt: NOW - DAY - 61 * MINUTE, everyMs: DAY })] },
      ['stalled_sweep:orders'],
    ],
    ['a sweep that is off', { sweeps: [sweep({ enabled: false, wellAt: NOW - 66 * MINUTE })] }, []],
    ['a cause', { dead: [{ cause: 'archived', count: 3 }] }, ['dead_letters:archived']],
    ['a decision', { held: [{ cause: 'totals_differ', count: 1 }] }, ['reviews:totals_differ']],
    ['an anomaly by its own rule only', { held: [{ cause: 'anomaly', count: 1 }] }, []],
  ])('see %s', (_what, change, expected) => {
    expect(keys(change)).toEqual(expected)
  })

  it('do not tell of the backlog that a refused connection makes, nor of a pause by hand', () => {
    const [clarity, odoo] = quiet.overview.connections
    if (!clarity || !odoo) throw new Error('two connections')
    const paused = (cause: string) => ({
      overview: {
        ...quiet.overview,
        waiting: 500,
        oldestWaitingAt: NOW - 60 * MINUTE,
        connections: [clarity, { ...odoo, state: 'paused' as const, cause }],
      },
    })
    expect(keys(paused('unauthorized'))).toEqual(['authentication:odoo'])
    expect(keys(paused('by_hand'))).toEqual([])
  })

  it('can be switched off one by one', () => {
    const rules = { ...delivered, disk: { enabled: false, threshold: 10 } }
    expect(keys({ disk: { freeBytes: 1, freeShare: 0.01 } }, rules)).toEqual([])
  })
})

describe("the dates of Odoo's keys", () => {
  it('are read once an hour; what has ended or cannot be read is not watched', async () => {
    let now = NOW
    let asked = 0
    const call = async () => {
      asked += 1
      if (asked === 2) return { ok: false as const, outcome: refused('odoo', 'access_denied', 'no') }
      const rows = [
        { id: 1, name: 'bridge', expiration_date: '2026-11-25 12:00:00' },
        { id: 2, name: 'old', expiration_date: '2026-11-01 00:00:00' },
      ]
      return { ok: true as const, value: rows }
    }
    const expiries = keyExpiries({ call }, () => now)
    expect(await expiries()).toEqual([
      { name: 'Odoo\'s API key "bridge"', at: Date.UTC(2026, 10, 25, 12), link: '/connections' },
    ])
    await expiries()
    expect(asked).toBe(1)
    now += 61 * MINUTE
    expect(await expiries()).toEqual([])
  })
})

describe('where alerts may go', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::ffff:10.0.0.1',
    'fd00::1',
    'fe80::1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
  ])('not to %s', (address) => {
    expect(isPrivate(address)).toBe(true)
  })
  it.each(['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1'])('to %s', (address) => {
    expect(isPrivate(address)).toBe(false)
  })

  it.each([
    ['http://chat.example.com/', /https/],
    ['https://10.0.0.1/', /private network/],
    ['https://[::1]/', /private network/],
    ['https://0x7f.1/', /private network/],
    ['https://user:secret@chat.example.com/', /user or password/],
    ['ftp://chat.example.com/', /https/],
    ['nonsense', /not an address/],
  ])('refuses %s with a sentence', (url, reason) => {
    expect(() => checkUrl(url, false)).toThrow(reason)
  })

  it('refuses a name that leads inside, at the moment of connecting', async () => {
    const notice = { state: 'test' as const, alerts: [] }
    const to = { id: 'x', kind: 'chat' as const, name: 'X', enabled: true, url: 'https://localhost:1/' }
    await expect(send(to, notice, { allowPrivate: false, now: Date.now })).rejects.toThrow(AddressRefused)
  })
})

it('a webhook is signed as Standard Webhooks says, redirects are not followed', async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const got: { fault: string | undefined; body: string }[] = []
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    got.push({ fault: verifySignature(body, req.headers, [secret], Date.now() / 1000), body: body.toString() })
    res.writeHead(req.url === '/moved' ? 302 : 204, { location: 'http://127.0.0.1:1/' }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  const to = (path: string) => ({
    id: 'w',
    kind: 'webhook' as const,
    name: 'W',
    enabled: true,
    secret,
    url: `http://127.0.0.1:${port}${path}`,
  })
  const alert = {
    key: 'disk',
    rule: 'disk',
    severity: 'critical',
    title: 'Full',
    text: 'Soon',
    url: 'https://b/',
    since: '2026-11-20T12:00:00Z',
  }
  const options = { allowPrivate: true, now: Date.now }
  await send(to('/'), { state: 'raised', alerts: [alert] }, options)
  expect(got[0]?.fault).toBeUndefined()
  expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ type: 'alert.raised', data: [{ key: 'disk' }] })
  await expect(send(to('/moved'), { state: 'raised', alerts: [alert] }, options)).rejects.toThrow('302')
  server.close()
})
