import { createOdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer, Connection } from '../../shared/outcome.ts'
import { createClarityClient } from '../clarity/client.ts'
import type { Connections } from '../connections/connections.ts'
import type { Rotation } from '../connections/rotation.ts'
import { type ClaritySettings, claritySettings, type OdooSettings, odooSettings } from '../connections/settings.ts'
import type { ConnectionCheck, ConnectionDesk, ConnectionFacts, SettingsChange } from '../http/ports.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { Ledger } from '../ledger/types.ts'
import type { SignatureWatch } from '../watch/signatures.ts'
import { claritySide, odooSide } from './connections.ts'

export interface DeskParts {
  connections: Connections
  rotation: Rotation
  queries: Pick<LedgerQueries, 'connections'>
  ledger: Pick<Ledger, 'resumeConnection'>
  /** When the service user's keys end, as Odoo says. */
  expiries(): Promise<{ at: number }[]>
  /** The entities that are written to Odoo now. */
  written(): Promise<string[]>
  /** Which of the storefront's subscriptions is ours. */
  endpoint(): Promise<Answer<string>>
  signatures: Pick<SignatureWatch, 'refusedSince'>
  now?: () => number
}

/** A secret that a person replaces by hand: whoever signed with the one before has a day. */
const BY_HAND_OVERLAP_MS = 24 * 60 * 60_000
/** What both clocks may differ. */
const CLOCKS_MS = 60_000
const SECRET_FIELDS = new Set(['clientSecret', 'apiKey'])

/** What a person sees of both sides' settings and does to them. New values are tried before they are taken. */
export function connectionDesk(parts: DeskParts): ConnectionDesk {
  const { connections, rotation, queries, ledger, now = Date.now } = parts
  const { book, circuits } = connections

  return {
    async facts(name) {
      return {
        circuit: circuits[name].state(),
        lastError: await connections.lastError(name),
        key: name === 'odoo' ? await keyFacts() : null,
        secrets: { count: book[name].secrets().length, overlapUntil: book[name].overlapUntil() },
        fields:
          name === 'odoo'
            ? fieldsOf(odooSettings.keyof().options, book.odoo.settings())
            : fieldsOf(claritySettings.keyof().options, book.clarity.settings()),
      }
    },
    change: (name, change, by) => (name === 'odoo' ? changeOdoo(change, by) : changeClarity(change, by)),
    rotateKey: (by) => rotation.rotateKey(by),
    rotateSecret: (name, by) => rotation.rotateSecret(name, by),
  }

  async function keyFacts(): Promise<ConnectionFacts['key']> {
    const known = book.odoo.key()
    const ends = known ? known.endsAt : ((await parts.expiries())[0]?.at ?? null)
    return { endsAt: ends, previousUntil: known?.previous?.endsAt ?? null }
  }

  async function changeOdoo({ settings, ...rest }: SettingsChange, by: string) {
    const change = odooSettings.partial().parse(settings)
    const next: OdooSettings = { ...book.odoo.settings(), ...change }
    // No client can be made of it, so it is not taken untested either.
    if (next.transport === 'jsonrpc' && !next.login) return loginMissing
    return take('odoo', rest, by, Object.keys(change).length > 0, {
      checks: () => odooSide(createOdooClient(next), () => next, parts.written).check(),
      store: () => book.odoo.change(change, by),
    })
  }

  async function changeClarity({ settings, ...rest }: SettingsChange, by: string) {
    const change = claritySettings.partial().parse(settings)
    const next: ClaritySettings = { ...book.clarity.settings(), ...change }
    return take('clarity', rest, by, Object.keys(change).length > 0, {
      checks: () => claritySide(createClarityClient(next), () => next).check(),
      store: () => book.clarity.change(change, by),
    })
  }

  async function take(
    name: Connection,
    { webhookSecret, untested }: Omit<SettingsChange, 'settings'>,
    by: string,
    changes: boolean,
    { checks, store }: { checks(): Promise<ConnectionCheck[]>; store(): Promise<void> },
  ): Promise<ConnectionCheck | undefined> {
    if (changes && !untested) {
      const failed = (await checks()).find(({ ok, deliversAnyway }) => !ok && !deliversAnyway)
      if (failed) return failed
    }
    if (changes) await store()
    if (webhookSecret !== undefined) await takeSecret(name, webhookSecret, by)
    if (changes && !untested) await resumeIfRefused(name)
    return undefined
  }

  /** What was refused meanwhile comes at once: the storefront is asked for it, Odoo's outbox is read every minute. */
  async function takeSecret(name: Connection, secret: string, by: string): Promise<void> {
    await book[name].addSecret(secret, now() + BY_HAND_OVERLAP_MS, by)
    const since = parts.signatures.refusedSince('clarity')
    if (name !== 'clarity' || since === undefined) return
    const ours = await parts.endpoint()
    if (ours.ok) await connections.clarity.replayWebhooks(ours.value, new Date(since - CLOCKS_MS).toISOString())
  }

  /** It has just been seen to work: nobody need wait for the next probe. What a person paused stays paused. */
  async function resumeIfRefused(name: Connection): Promise<void> {
    const status = (await queries.connections()).find((one) => one.name === name)
    if (status?.state === 'paused' && status.cause !== 'by_hand') await ledger.resumeConnection(name, 'bridge')
  }
}

const loginMissing: ConnectionCheck = {
  name: 'Login',
  ok: false,
  message: 'The protocol jsonrpc signs in by login, and none is entered.',
  remedy: 'Enter the login of the service user, or choose the protocol auto.',
  ms: 0,
}

const fieldsOf = (names: readonly string[], settings: object): ConnectionFacts['fields'] => {
  const values: Record<string, unknown> = { ...settings }
  return names.map((name) => {
    const secret = SECRET_FIELDS.has(name)
    const value = values[name]
    return { name, secret, value: secret || typeof value !== 'string' ? null : withoutPassword(value) }
  })
}

/** An address may carry one. */
function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (!url.password && !url.username) return text
  url.password = ''
  url.username = ''
  return url.href
}
