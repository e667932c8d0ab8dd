import { randomUUID } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { HELLO, PAIRING_DOOR, type PairingAnswer, type PairingRequest, pairingAnswer } from '../../../shared/pairing.ts'
import { signHeaders } from '../../../shared/signature.ts'
import { OdooError } from './error.ts'
import type { Keyring } from './keyring.ts'
import { post, type Sender } from './sender.ts'

/** Which bridge it belongs to. */
export interface BridgeAddress {
  url(): string | undefined
  set(url: string): void
  /** Its `database.uuid`. */
  instance: string
}

const row = z.object({ url: z.string().nullable(), instance: z.string() })

/** @param given where events went before anybody paired it */
export function openBridge(db: Database, given: string | undefined): BridgeAddress {
  db.exec(
    'create table if not exists bridge (one integer primary key check (one = 1), url text, instance text not null)',
  )
  db.prepare('insert or ignore into bridge values (1, null, ?)').run(randomUUID())
  const read = () => row.parse(db.prepare('select url, instance from bridge').get())
  return {
    url: () => read().url ?? given,
    set: (url) => void db.prepare('update bridge set url = ?').run(url),
    instance: read().instance,
  }
}

interface PairingOptions {
  bridge: BridgeAddress
  keyring: Keyring
  sender: Sender
  database: string
  /** Where it answers itself. */
  url(): string
  now: () => number
}

const CODE = /^(clarity-[0-9a-f]{8}-[\w-]{22})@(https?:\/\/[^\s@]+)$/
const TIMEOUT_MS = 60_000
const refusal = z.object({ detail: z.string(), remedy: z.string() })

/** What the real module does when somebody presses Connect, without its users and roles: there is one service user here. */
export function pairing({ bridge, keyring, sender, database, url, now }: PairingOptions) {
  return async (text: string): Promise<string> => {
    const [, code, address] = CODE.exec(text.replace(/\s+/g, '')) ?? []
    if (!code || !address)
      throw refused('This is not a whole code. Copy it again in the bridge’s panel under Connections.')
    const { key, ends_at } = keyring.makeKey()
    const answer = await ask(address, {
      ...{ code, url: url(), database, instance: bridge.instance, login: 'clarity_bridge' },
      ...{ key, key_ends_at: ends_at, module_version: '19.0.1.0.0', odoo_version: '19.0 (stand-in)' },
    })
    keyring.replaceAll(key)
    keyring.setSecret(answer.webhook_secret)
    bridge.set(answer.webhook_url)
    await greet(answer)
    sender.resume()
    return `Connected with ${address}.`
  }

  async function greet({ webhook_url, webhook_secret }: PairingAnswer): Promise<void> {
    const timestamp = new Date(now()).toISOString()
    const body = Buffer.from(JSON.stringify({ type: 'stock.changed', timestamp, data: { product_id: 0, sku: null } }))
    const headers = signHeaders(body, [webhook_secret], `${HELLO}${randomUUID().replaceAll('-', '')}`, now() / 1000)
    const heard = await post(webhook_url, { ...headers, 'content-type': 'application/json' }, body)
    if (!heard.stored)
      throw refused(`The bridge calls Odoo, and Odoo’s events do not reach it at ${webhook_url} (${heard.answer}).`)
  }
}

async function ask(address: string, facts: PairingRequest): Promise<PairingAnswer> {
  let response: Response
  try {
    response = await fetch(`${address.replace(/\/+$/, '')}${PAIRING_DOOR}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(facts),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    throw refused(`Odoo does not reach the bridge at ${address}. Press Connect again; the code stays good.`)
  }
  const body: unknown = await response.json().catch(() => undefined)
  const taken = pairingAnswer.safeParse(body)
  if (response.ok && taken.success) return taken.data
  const said = refusal.safeParse(body).data
  throw refused(said ? `${said.detail} ${said.remedy}` : `The bridge answered ${response.status}.`)
}

const refused = (message: string): OdooError => new OdooError('odoo.exceptions.UserError', message)
