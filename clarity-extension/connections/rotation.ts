import type { Logger } from 'pino'
import { createOdooClient, type OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer, Connection } from '../../shared/outcome.ts'
import { newSecret } from '../../shared/signature.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { KeptSide } from './kept-side.ts'
import type { ClaritySettings, OdooSettings } from './settings.ts'

/** Keys and secrets are replaced with an overlap: the old one holds until the new one has worked, so no call and no event fails. */
export interface Rotation {
  /** A new API key of the service user, made by itself. @returns when it ends, unix ms */
  rotateKey(by: string): Promise<Answer<{ endsAt: number | null }>>
  /** @returns until when the one before is accepted as well, unix ms */
  rotateSecret(name: Connection, by: string): Promise<Answer<{ previousUntil: number }>>
  stop(): void
}

export interface RotationParts {
  connections: {
    book: {
      odoo: Pick<
        KeptSide<OdooSettings>,
        'settings' | 'key' | 'change' | 'noteKey' | 'addSecret' | 'dropSecret' | 'onChange'
      >
      clarity: Pick<KeptSide<ClaritySettings>, 'addSecret'>
    }
    odoo: Pick<OdooClient, 'makeKey' | 'retireKeys' | 'setWebhookSecret'>
    clarity: Pick<ClarityClient, 'rotateWebhookSecret'>
  }
  /** Which of the storefront's subscriptions is ours. */
  endpoint(): Promise<Answer<string>>
  log: Pick<Logger, 'info' | 'warn'>
  now?: () => number
  /** Milliseconds that a replaced key stays valid, for calls that begin with it on another replica. */
  keyOverlapMs?: number
  /** Whether Odoo takes these settings: a key that is not in use yet. */
  works?: (settings: OdooSettings) => Promise<Answer<unknown>>
}

const KEY_OVERLAP_MS = 20_000
/** Events that were signed before and are still under way, with a margin for clocks that differ. */
const SECRET_OVERLAP_MS = 10 * 60_000
const TRY_AGAIN_MS = 60_000
/** So much of a key Odoo keeps in the clear, to find it by. */
const INDEX = 8

export function createRotation(parts: RotationParts): Rotation {
  const { connections, endpoint, log, now = Date.now, keyOverlapMs = KEY_OVERLAP_MS, works = ping } = parts
  const { book, clarity, odoo } = connections
  let timer: NodeJS.Timeout | undefined
  let rotating: Promise<Answer<{ endsAt: number | null }>> | undefined
  let stopped = false
  book.odoo.onChange(retireInTime)
  retireInTime()

  return {
    // A second click while one is under way is the same rotation.
    rotateKey(by) {
      rotating ??= rotateKey(by).finally(() => {
        rotating = undefined
      })
      return rotating
    },
    rotateSecret: (name, by) => (name === 'odoo' ? rotateOdooSecret(by) : rotateClaritySecret(by)),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }

  async function rotateKey(by: string): Promise<Answer<{ endsAt: number | null }>> {
    const made = await odoo.makeKey()
    if (!made.ok) return made
    const before = book.odoo.settings()
    const { key, ends_at } = made.value
    const worked = await works({ ...before, apiKey: key })
    // The old key is still in use and nothing has changed; the next rotation clears this one away.
    if (!worked.ok) return worked
    const endsAt = ends_at === null ? null : Date.parse(ends_at)
    const previous = { index: before.apiKey.slice(0, INDEX), endsAt: now() + keyOverlapMs }
    await book.odoo.change({ apiKey: key }, by, { madeAt: now(), endsAt, previous })
    log.info({ connection: 'odoo' }, 'the API key was replaced')
    return { ok: true, value: { endsAt } }
  }

  function retireInTime(): void {
    clearTimeout(timer)
    const previous = book.odoo.key()?.previous
    if (!previous || stopped) return
    later(Math.max(0, previous.endsAt - now()))
  }

  function later(ms: number): void {
    timer = setTimeout(() => void retire(), ms)
    timer.unref()
  }

  async function retire(): Promise<void> {
    const key = book.odoo.key()
    if (!key?.previous) return
    try {
      const retired = await odoo.retireKeys(book.odoo.settings().apiKey.slice(0, INDEX), key.previous.index)
      if (retired.ok) return await book.odoo.noteKey({ ...key, previous: null })
      log.warn({ connection: 'odoo', error: failureText(retired.outcome) }, 'the replaced API key could not be revoked')
    } catch (error) {
      log.warn({ connection: 'odoo', error: String(error) }, 'the replaced API key could not be revoked')
    }
    if (!stopped) later(TRY_AGAIN_MS)
  }

  /** The bridge accepts it before Odoo signs with it, and Odoo signs with both. */
  async function rotateOdooSecret(by: string): Promise<Answer<{ previousUntil: number }>> {
    const secret = newSecret()
    await book.odoo.addSecret(secret, null)
    const set = await odoo.setWebhookSecret(secret)
    if (!set.ok) {
      // Where no answer came it may have been taken: then it is accepted, beside the one before.
      if (set.outcome.kind !== 'retry') await book.odoo.dropSecret(secret)
      return set
    }
    const previousUntil = now() + SECRET_OVERLAP_MS
    await book.odoo.addSecret(secret, previousUntil, by)
    return { ok: true, value: { previousUntil } }
  }

  /** The storefront makes it, and signs with both for as long as it says. */
  async function rotateClaritySecret(by: string): Promise<Answer<{ previousUntil: number }>> {
    const ours = await endpoint()
    if (!ours.ok) return ours
    const rotated = await clarity.rotateWebhookSecret(ours.value)
    if (!rotated.ok) return rotated
    const previousUntil = Date.parse(rotated.value.previousSecretExpiresAt)
    await book.clarity.addSecret(rotated.value.secret, previousUntil, by)
    return { ok: true, value: { previousUntil } }
  }
}

const ping = (settings: OdooSettings) => createOdooClient(settings).ping()

const failureText = (outcome: { kind: string; message?: string }): string => outcome.message ?? outcome.kind
