import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { type ConnectionBook, openBook } from '../../clarity-extension/connections/book.ts'
import { createPairing, type Pairing, type PairingFault } from '../../clarity-extension/connections/pairing.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import type { PairingRequest } from '../../shared/pairing.ts'
import { newSecret, signHeaders } from '../../shared/signature.ts'
import { dialects, type Place, START } from './store-support.ts'

const BRIDGE = 'https://bridge.example.com'
const FIRST_SECRET = newSecret()
const GIVEN = {
  clarity: {
    ...{ baseUrl: 'https://shop.example.com/api/v1', tokenUrl: 'https://shop.example.com/oauth/token' },
    ...{ clientId: 'bridge', clientSecret: 'a secret', webhookSecrets: [newSecret()] },
  },
  odoo: {
    ...{ url: 'http://127.0.0.1:4200', db: 'sandbox', login: 'stand-in', apiKey: 'the stand-in key' },
    ...{ transport: 'auto' as const, webhookSecrets: [FIRST_SECRET] },
  },
}
const wrongDatabase: PairingFault = {
  ...{ status: 422, code: 'wrong_database', detail: 'Odoo does not serve it.', remedy: 'Mend the dbfilter.' },
}

describe.each(dialects)('pairing on $dialect', ({ possible, place }) => {
  let where: Place
  let store: Store
  let book: ConnectionBook
  let pairing: Pairing
  let clock: number
  let fault: PairingFault | undefined
  /** What happens while Odoo is looked at. */
  let meanwhile: () => Promise<unknown>
  let taken: { other: boolean }[]

  beforeEach(async ({ skip }) => {
    if (!possible) return skip('PostgreSQL is not installed')
    ;[clock, fault, taken, meanwhile] = [START, undefined, [], async () => undefined]
    where = await place()
    store = await where.open()
    const seal = createSeal(['a key for tests only, of some length'])
    const now = () => clock
    book = await openBook({ store, seal, given: GIVEN, now })
    pairing = createPairing({
      store,
      seal,
      audit: createAudit(store, now),
      odoo: book.odoo,
      refuses: async () => undefined,
      look: async () => {
        await meanwhile()
        return fault
      },
      taken: async (change) => void taken.push(change),
      now,
    })
  })
  afterEach(async () => {
    book?.stop()
    await store?.close()
    await where?.remove()
  })

  const begin = async () => (await pairing.begin(BRIDGE, 'ann')).code.split('@')[0] ?? ''
  const call = (code: string, change: Partial<PairingRequest> = {}) =>
    pairing.take({ ...odoo, code, ...change }, '203.0.113.7')
  const accepted = async (code: string, change: Partial<PairingRequest> = {}) => {
    const reply = await call(code, change)
    if (!reply.ok) throw new Error(reply.detail)
    return reply.answer
  }
  const refusal = async (code: string, change: Partial<PairingRequest> = {}) => {
    const reply = await call(code, change)
    return reply.ok ? undefined : reply.code
  }
  const hello = (secret: string, at = clock) => {
    const body = Buffer.from('{"type":"stock.changed"}')
    return pairing.hello(body, { ...signHeaders(body, [secret], 'pair_1', at / 1000) })
  }
  const actions = async () => (await createAudit(store).list({ limit: 200 })).rows.map(({ action }) => action).reverse()

  it('is one call and one signed event, then both sides are connected and only the new secret holds', async () => {
    const { code: text, expiresAt } = await pairing.begin(BRIDGE, 'ann')
    expect(text).toMatch(/^clarity-[0-9a-f]{8}-[\w-]{22}@https:\/\/bridge\.example\.com$/)
    expect(expiresAt - clock).toBe(600_000)
    expect(await pairing.state()).toMatchObject({ state: 'waiting', odoo: null })
    const answer = await accepted(text.split('@')[0] ?? '')
    expect(answer).toMatchObject({ webhook_url: `${BRIDGE}/webhooks/odoo`, panel_url: `${BRIDGE}/admin` })
    expect(book.odoo.settings()).toEqual({
      ...{ url: odoo.url, db: 'main', login: 'clarity-bridge', apiKey: odoo.key, transport: 'auto' },
    })
    expect(book.odoo.secrets()).toEqual([answer.webhook_secret, FIRST_SECRET])
    expect(await pairing.state()).toMatchObject({ state: 'claimed', odoo: { database: 'main' } })

    expect(await hello(FIRST_SECRET)).toBe(false)
    expect(await hello(answer.webhook_secret, clock - 6 * 60_000)).toBe(false)
    expect(await hello(answer.webhook_secret)).toBe(true)
    expect(await pairing.state()).toMatchObject({ state: 'connected', connectedAt: clock, failure: null })
    expect(book.odoo.secrets()).toEqual([answer.webhook_secret])
    expect(await actions()).toEqual([...['pairing.begin', 'pairing.claimed', 'connection.key', 'pairing.connected']])
  })

  it('keeps neither the code nor the secret in the clear', async () => {
    const code = await begin()
    const { webhook_secret } = await accepted(code)
    const rows = await store.db.selectFrom('settings').select('value').execute()
    const kept = JSON.stringify(rows) + JSON.stringify(await createAudit(store).list())
    for (const secret of [code.slice(-22), webhook_secret, odoo.key]) expect(kept).not.toContain(secret)
  })

  it('repeats a lost answer for the same Odoo, with the same secret and its newest key', async () => {
    const code = await begin()
    const first = await accepted(code)
    const second = await accepted(code, { key: 'another key' })
    expect(second).toEqual(first)
    expect(book.odoo.settings().apiKey).toBe('another key')
    expect(book.odoo.secrets()).toEqual([first.webhook_secret, FIRST_SECRET])
    expect(await refusal(code, { instance: 'another Odoo' })).toBe('code_used')
  })

  it('is spent once the event has come', async () => {
    const code = await begin()
    const { webhook_secret } = await accepted(code)
    await hello(webhook_secret)
    const reply = await call(code)
    expect(reply).toMatchObject({ ok: false, status: 409, code: 'code_used' })
    expect(!reply.ok && reply.detail).toBe(
      'This code has connected the database main at 2026-11-20 12:00 UTC. It is good once.',
    )
    expect(await hello(webhook_secret)).toBe(false)
  })

  it('holds for ten minutes, and a new code makes the one before void', async () => {
    const old = await begin()
    const code = await begin()
    expect(await refusal(old)).toBe('code_unknown')
    clock += 10 * 60_000
    expect(await pairing.state()).toMatchObject({ state: 'expired' })
    expect(await refusal(code)).toBe('code_expired')
    expect(await refusal(await begin())).toBeUndefined()
  })

  it('is void when it is withdrawn, or after five wrong secrets under its id; a guess learns nothing', async () => {
    const first = await begin()
    await pairing.cancel('ann')
    expect(await refusal(first)).toBe('code_void')
    const code = await begin()
    const wrong = `${code.slice(0, -22)}${'A'.repeat(22)}`
    expect(await refusal('clarity-00000000-AAAAAAAAAAAAAAAAAAAAAA')).toBe('code_unknown')
    expect(await refusal('nonsense')).toBe('code_unknown')
    for (let guess = 0; guess < 4; guess++) expect(await refusal(wrong)).toBe('code_unknown')
    expect(await pairing.state()).toMatchObject({ state: 'waiting' })
    expect(await refusal(wrong)).toBe('code_unknown')
    expect(await pairing.state()).toMatchObject({ state: 'void' })
    expect(await refusal(code)).toBe('code_void')
    expect((await actions()).filter((action) => action === 'pairing.wrong')).toHaveLength(5)
  })

  it('says what is wrong with the Odoo, changes nothing, and takes the same code when it is mended', async () => {
    const code = await begin()
    fault = wrongDatabase
    expect(await call(code)).toEqual({ ok: false, ...wrongDatabase })
    expect(await pairing.state()).toMatchObject({ state: 'waiting', failure: { code: 'wrong_database', at: clock } })
    expect(book.odoo.settings().db).toBe('sandbox')
    fault = undefined
    expect(await refusal(code)).toBeUndefined()
    expect(await pairing.state()).toMatchObject({ state: 'claimed', failure: null })
    for (let press = 0; press < 28; press++) expect(await refusal(code)).toBeUndefined()
    expect(await refusal(code)).toBe('code_worn')
  })

  it('is not taken when it was withdrawn or given away while Odoo was looked at', async () => {
    const code = await begin()
    meanwhile = () => pairing.cancel('ann')
    expect(await refusal(code)).toBe('code_void')
    const next = await begin()
    meanwhile = async () => {
      meanwhile = async () => undefined
      await accepted(next, { instance: 'the quicker one', database: 'quick' })
    }
    expect(await refusal(next)).toBe('code_used')
    expect(book.odoo.settings().db).toBe('quick')
  })

  it('tells whether it is another Odoo: by its own id, and by the name of its database while none is known', async () => {
    const pair = async (change: Partial<PairingRequest>) => {
      const { webhook_secret } = await accepted(await begin(), change)
      await hello(webhook_secret)
    }
    await pair({})
    await pair({ url: 'https://moved.example.com', database: 'renamed' })
    await pair({ instance: 'copy' })
    expect(taken).toEqual([{ other: true }, { other: false }, { other: true }])
  })
})

const odoo: Omit<PairingRequest, 'code'> = {
  ...{ url: 'https://erp.example.com', database: 'main', instance: 'uuid-1', login: 'clarity-bridge' },
  ...{ key: 'k'.repeat(40), key_ends_at: '2027-11-20T12:00:00Z', module_version: '19.0.1.0.0', odoo_version: '19.0' },
}
