import { z } from 'zod'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Signals } from '../watch/alerts/rules.ts'

/** Dates change when somebody makes a key: asked for once an hour. Milliseconds. */
const FRESH_MS = 60 * 60_000

/**
 * When the service user's own API keys end. Odoo lets a user read its keys' names and dates, never which of them a call used: each
 * that still holds is watched. What cannot be read is not watched; a refusal shows elsewhere.
 */
export function keyExpiries(
  odoo: Pick<OdooClient, 'call'>,
  now: () => number = Date.now,
  /** Told when the bridge has another key. */
  onChange: (listener: () => void) => void = () => {},
): () => Promise<Signals['expiries']> {
  let known: { expiries: Signals['expiries']; until: number } | undefined
  onChange(() => {
    known = undefined
  })
  return async () => {
    if (known && now() < known.until) return known.expiries
    const reply = await odoo.call('res.users.apikeys', 'search_read', {
      domain: [['expiration_date', '!=', false]],
      fields: ['name', 'expiration_date'],
    })
    const rows = reply.ok ? keys.safeParse(reply.value) : undefined
    const expiries = (rows?.data ?? [])
      .map(({ name, expiration_date }) => ({
        name: `Odoo's API key "${name}"`,
        at: instantOf(expiration_date),
        link: '/connections',
      }))
      .filter(({ at }) => at > now())
    known = { expiries, until: now() + FRESH_MS }
    return expiries
  }
}

const keys = z.array(z.object({ name: z.string(), expiration_date: z.string() }))

/** Odoo writes UTC without saying so. */
const instantOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`)
