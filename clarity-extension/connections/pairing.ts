import type { IncomingHttpHeaders } from 'node:http'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { isSecretOf, newCode, type PairingAnswer, type PairingRequest, partsOf } from '../../shared/pairing.ts'
import { newSecret, verifySignature } from '../../shared/signature.ts'
import type { Audit } from '../audit/audit.ts'
import type { Seal } from '../privacy/seal.ts'
import type { Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { KeptSide } from './kept-side.ts'
import type { OdooSettings } from './settings.ts'

/**
 * A code that the panel shows once, and one call of Odoo's addon with it, make both sides know each other. The code is spent once
 * a signed event of that Odoo has come: until then the same Odoo may bring it again, because an answer may be lost.
 */
export interface Pairing {
  /** A new code; the one before is void. @param bridge where Odoo reaches the bridge */
  begin(bridge: string, by: string): Promise<{ code: string; expiresAt: number }>
  cancel(by: string): Promise<void>
  state(): Promise<PairingState>
  /** @param from the address that the call came from */
  take(
    request: PairingRequest,
    from: string,
  ): Promise<{ ok: true; answer: PairingAnswer } | ({ ok: false } & PairingFault)>
  /** @returns whether it was the event that proves that Odoo reaches the bridge */
  hello(body: Buffer, headers: IncomingHttpHeaders): Promise<boolean>
}

/** What is wrong and what to do. */
export interface PairingFault {
  /** Of the answer. */
  status: number
  code: string
  detail: string
  remedy: string
}

/** Instants are unix ms. */
export interface PairingState {
  state: 'none' | 'waiting' | 'claimed' | 'connected' | 'expired' | 'void'
  expiresAt: number | null
  /** Who called with the code. */
  odoo: Omit<Caller, 'instance'> | null
  /** Why the newest call with the code was refused. */
  failure: (Omit<PairingFault, 'status'> & { at: number }) | null
  connectedAt: number | null
}

export interface PairingParts {
  store: Pick<Store, 'db' | 'dialect'>
  seal: Seal
  audit: Audit
  odoo: Pick<KeptSide<OdooSettings>, 'settings' | 'change' | 'addSecret'>
  /** Whether an address that was told may be called. */
  refuses(url: string, from: string): Promise<PairingFault | undefined>
  /** What is wrong with this Odoo, seen from here. */
  look(settings: OdooSettings): Promise<PairingFault | undefined>
  /** It is another Odoo than before, or was refused: what waits for it may go. */
  taken(change: { other: boolean }): Promise<void>
  now?: () => number
}

const caller = z.object({
  url: z.string(),
  database: z.string(),
  instance: z.string(),
  login: z.string(),
  moduleVersion: z.string(),
  odooVersion: z.string(),
})
type Caller = z.infer<typeof caller>

const pairingRow = z.object({
  id: z.string(),
  hash: z.string(),
  bridge: z.string(),
  expiresAt: z.number(),
  stage: z.enum(['open', 'claimed', 'connected', 'void']),
  /** With the right id and another secret. */
  wrong: z.number(),
  /** With the code itself. */
  tries: z.number(),
  odoo: caller.nullable(),
  /** Sealed; kept until a signed event has come, because the answer that held it may be lost. */
  secret: z.string().nullable(),
  failure: z.object({ code: z.string(), detail: z.string(), remedy: z.string(), at: z.number() }).nullable(),
  connectedAt: z.number().nullable(),
})
type PairingRow = z.infer<typeof pairingRow>

const ROW = 'pairing'
/** `database.uuid` of the Odoo that was paired last. */
const INSTANCE_ROW = 'pairing:instance'
const LIFE_MS = 10 * 60_000
const MOST_WRONG = 5
/** Somebody mends his address and presses again; nobody does so often. */
const MOST_TRIES = 30

export function createPairing(parts: PairingParts): Pairing {
  const { store, seal, audit, odoo, now = Date.now } = parts
  const { db, dialect } = store

  return {
    async begin(bridge, by) {
      const { text, id, hash } = newCode(bridge)
      const expiresAt = now() + LIFE_MS
      const row: PairingRow = {
        ...{ id, hash, bridge, expiresAt, stage: 'open', wrong: 0, tries: 0 },
        ...{ odoo: null, secret: null, failure: null, connectedAt: null },
      }
      await db.transaction().execute(async (trx) => {
        await save(trx, ROW, JSON.stringify(row))
        await audit.record({ who: by, action: 'pairing.begin', entity: `pairing:${id}`, after: { bridge } }, trx)
      })
      return { code: text, expiresAt }
    },

    async cancel(by) {
      await change(async (row, trx) => {
        if (row.stage !== 'open' && row.stage !== 'claimed') return row
        await audit.record({ who: by, action: 'pairing.cancel', entity: `pairing:${row.id}` }, trx)
        return { ...row, stage: 'void', secret: null }
      })
    },

    async state() {
      const row = await read(db)
      if (!row) return { state: 'none', expiresAt: null, odoo: null, failure: null, connectedAt: null }
      const { instance: _, ...told } = row.odoo ?? { instance: '' }
      return {
        state: stateOf(row, now()),
        expiresAt: row.expiresAt,
        odoo: row.odoo && caller.omit({ instance: true }).parse(told),
        failure: row.failure,
        connectedAt: row.connectedAt,
      }
    },

    async take(request, from) {
      const opened = await open(request)
      if ('fault' in opened) return { ok: false, ...opened.fault }
      const wish: OdooSettings = {
        url: request.url,
        db: request.database,
        login: request.login,
        apiKey: request.key,
        transport: 'auto',
      }
      const wrong = (await parts.refuses(request.url, from)) ?? (await parts.look(wish))
      if (wrong) {
        await refuse(opened.row, request, wrong)
        return { ok: false, ...wrong }
      }
      return claim(opened.row, request, wish)
    },

    async hello(body, headers) {
      const row = await read(db)
      if (row?.stage !== 'claimed' || !row.secret || !row.odoo) return false
      const secret = seal.openText(row.secret)
      if (verifySignature(body, headers, [secret], Math.floor(now() / 1000))) return false
      const { odoo: told } = row
      const done = await change(async (current, trx) => {
        if (current.id !== row.id || current.stage !== 'claimed') return current
        await save(trx, INSTANCE_ROW, told.instance)
        await audit.record({ who: whoOf(told), action: 'pairing.connected', entity: `pairing:${row.id}` }, trx)
        return { ...current, stage: 'connected', secret: null, failure: null, connectedAt: now() }
      })
      // Odoo signs with the new one: what it signed before, and whatever another Odoo signs, is not taken any more.
      if (done?.stage === 'connected') await odoo.addSecret(secret, now())
      return done?.stage === 'connected'
    },
  }

  /** Counted before anything is looked at, so that calls side by side count, too. */
  async function open(request: PairingRequest): Promise<{ row: PairingRow } | { fault: PairingFault }> {
    const code = partsOf(request.code)
    let fault: PairingFault | undefined = faults.unknown
    const row = await change(async (current, trx) => {
      if (!code || code.id !== current.id) return current
      if (!isSecretOf(current.hash, code.secret)) {
        const wrong = current.wrong + 1
        const who = whoOf(callerOf(request))
        await audit.record({ who, action: 'pairing.wrong', entity: `pairing:${current.id}`, after: { wrong } }, trx)
        const gone = wrong >= MOST_WRONG && (current.stage === 'open' || current.stage === 'claimed')
        return { ...current, wrong, ...(gone ? { stage: 'void' as const, secret: null } : {}) }
      }
      fault = faultOf(current, request, now()) ?? (current.tries >= MOST_TRIES ? faults.tooMany : undefined)
      return fault ? current : { ...current, tries: current.tries + 1 }
    })
    return fault || !row ? { fault: fault ?? faults.unknown } : { row }
  }

  async function refuse({ id }: PairingRow, request: PairingRequest, fault: PairingFault): Promise<void> {
    const told = callerOf(request)
    await change(async (row, trx) => {
      if (row.id !== id) return row
      const { code, detail, remedy } = fault
      const after = { code, detail }
      await audit.record({ who: whoOf(told), action: 'pairing.refused', entity: `pairing:${id}`, after }, trx)
      return { ...row, odoo: row.odoo ?? told, failure: { code, detail, remedy, at: now() } }
    })
  }

  async function claim({ id }: PairingRow, request: PairingRequest, wish: OdooSettings) {
    const told = callerOf(request)
    const other = await isOther(told)
    let lost: PairingFault | undefined
    const row = await change(async (current, trx) => {
      // It was void, or given to another Odoo, while this one was looked at.
      lost = current.id === id ? faultOf(current, request, now()) : faults.unknown
      if (lost) return current
      const after = { url: told.url, database: told.database, login: told.login, linksForgotten: other }
      await audit.record({ who: whoOf(told), action: 'pairing.claimed', entity: `pairing:${id}`, after }, trx)
      const secret = current.secret ?? seal.text(newSecret())
      return { ...current, stage: 'claimed', odoo: told, secret, failure: null }
    })
    if (lost || !row?.secret) return { ok: false as const, ...(lost ?? faults.unknown) }
    const secret = seal.openText(row.secret)
    // Accepted before Odoo signs with it; the one before holds until Odoo does.
    await odoo.addSecret(secret, null)
    await odoo.change(wish, whoOf(told), { madeAt: now(), endsAt: Date.parse(request.key_ends_at), previous: null })
    await parts.taken({ other })
    const bridge = row.bridge.replace(/\/+$/, '')
    const answer = { webhook_url: `${bridge}/webhooks/odoo`, webhook_secret: secret, panel_url: `${bridge}/admin` }
    return { ok: true as const, answer }
  }

  async function isOther(told: Caller): Promise<boolean> {
    const known = await db.selectFrom('settings').select('value').where('key', '=', INSTANCE_ROW).executeTakeFirst()
    return known ? known.value !== told.instance : odoo.settings().db !== told.database
  }

  async function change(
    work: (row: PairingRow, trx: Kysely<Tables>) => Promise<PairingRow>,
  ): Promise<PairingRow | undefined> {
    return db.transaction().execute(async (trx) => {
      const row = await read(trx, true)
      if (!row) return undefined
      const after = await work(row, trx)
      if (after !== row) await save(trx, ROW, JSON.stringify(after))
      return after
    })
  }

  async function read(from: Kysely<Tables>, forUpdate = false): Promise<PairingRow | undefined> {
    const found = await from
      .selectFrom('settings')
      .select('value')
      .where('key', '=', ROW)
      .$if(forUpdate && dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst()
    return found && pairingRow.parse(JSON.parse(found.value))
  }

  async function save(trx: Kysely<Tables>, key: string, value: string): Promise<void> {
    const fresh = { value, updated_at: now() }
    await trx
      .insertInto('settings')
      .values({ key, ...fresh })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(fresh))
      .execute()
  }
}

/** Why this code is good for nothing any more, for this Odoo. */
function faultOf(row: PairingRow, { instance }: PairingRequest, now: number): PairingFault | undefined {
  if (row.stage === 'void') return faults.gone
  if (row.stage === 'connected' || (row.stage === 'claimed' && row.odoo?.instance !== instance)) return used(row)
  return row.expiresAt <= now ? faults.expired : undefined
}

function stateOf({ stage, expiresAt }: PairingRow, now: number): PairingState['state'] {
  if (stage === 'connected' || stage === 'void') return stage
  if (expiresAt <= now) return 'expired'
  return stage === 'open' ? 'waiting' : 'claimed'
}

const callerOf = ({ url, database, instance, login, module_version, odoo_version }: PairingRequest): Caller => ({
  ...{ url, database, instance, login },
  moduleVersion: module_version,
  odooVersion: odoo_version,
})

const whoOf = ({ database, login }: Caller): string => `${login} (Odoo ${database})`

const again = "Make a new code in the bridge's panel under Connections, and paste it in Odoo."

/** A guess learns nothing: an id that was never given, one that was replaced and a wrong secret are the same. */
const faults = {
  unknown: {
    status: 401,
    code: 'code_unknown',
    detail: 'This is not the newest code of the bridge, or not all of it was copied.',
    remedy: again,
  },
  gone: { status: 410, code: 'code_void', detail: 'This code was withdrawn, or tried too often.', remedy: again },
  expired: { status: 410, code: 'code_expired', detail: 'This code is older than ten minutes.', remedy: again },
  tooMany: {
    status: 429,
    code: 'code_worn',
    detail: `This code was tried ${MOST_TRIES} times.`,
    remedy: again,
  },
} as const satisfies Record<string, PairingFault>

const used = ({ odoo, connectedAt }: PairingRow): PairingFault => ({
  status: 409,
  code: 'code_used',
  detail: `This code has connected the database ${odoo?.database}${connectedAt ? ` at ${new Date(connectedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''}. It is good once.`,
  remedy: `If that was this Odoo, all is well. Otherwise: ${again}`,
})
