import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { createOdooClient } from '../../odoo-bridge/client/client.ts'
import type { Ping } from '../../odoo-bridge/client/shapes.ts'
import { remedyOf } from '../../shared/causes.ts'
import type { OutcomeOf } from '../../shared/outcome.ts'
import { TOLERANCE_SECONDS } from '../../shared/signature.ts'
import type { Audit } from '../audit/audit.ts'
import type { Connections } from '../connections/connections.ts'
import { createPairing, type Pairing, type PairingFault } from '../connections/pairing.ts'
import type { OdooSettings } from '../connections/settings.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Seal } from '../privacy/seal.ts'
import type { Store } from '../store/store.ts'
import { isPrivate } from '../watch/alerts/guard.ts'
import { missingOf } from './connections.ts'

export interface PairingPorts {
  store: Pick<Store, 'db' | 'dialect'>
  seal: Seal
  audit: Audit
  connections: Pick<Connections, 'book'>
  queries: Pick<LedgerQueries, 'connections'>
  ledger: Pick<Ledger, 'resumeConnection'>
  /** The entities that are written to Odoo now. */
  written(): Promise<string[]>
}

/** Pairing with the real network: what is told is looked at before it is believed. */
export function pairing({ store, seal, audit, connections, queries, ledger, written }: PairingPorts): Pairing {
  return createPairing({
    store,
    seal,
    audit,
    odoo: connections.book.odoo,
    refuses: addressFault,
    look: (settings) => odooFault(settings, written),
    async taken({ other }) {
      // What the bridge knew of another Odoo's records is not true of this one; it learns its own by their storefront ids.
      if (other) await store.db.deleteFrom('links').execute()
      const status = (await queries.connections()).find(({ name }) => name === 'odoo')
      if (status?.state === 'paused' && status.cause !== 'by_hand') await ledger.resumeConnection('odoo', 'bridge')
    },
  })
}

/** A cloud's metadata, this machine by no address, everybody at once: no Odoo is there, whoever says so. */
const never = { v4: new BlockList(), v6: new BlockList() }
never.v4.addSubnet('0.0.0.0', 8, 'ipv4')
never.v4.addSubnet('169.254.0.0', 16, 'ipv4')
never.v4.addSubnet('224.0.0.0', 3, 'ipv4')
never.v6.addSubnet('fe80::', 10, 'ipv6')
never.v6.addSubnet('ff00::', 8, 'ipv6')

/**
 * An address inside of a private network is taken from a neighbour only, who could call it himself: whoever calls from outside
 * must not make the bridge knock at doors inside.
 */
export async function addressFault(text: string, from: string): Promise<PairingFault | undefined> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || text.length > 500)
    return refusedUrl('address_unreadable', `Odoo says that it is at "${text.slice(0, 200)}", which is no web address.`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) > 0 ? [host] : await addressesOf(host)
  if (addresses.length === 0)
    return refusedUrl(
      'address_unknown',
      `Odoo says that it is at ${url.origin}, and the bridge finds no server of that name.`,
    )
  if (addresses.some(isNever)) return refusedUrl('address_refused', `The bridge calls nobody at ${url.origin}.`)
  const inside = addresses.some(isPrivate)
  if (inside && !isPrivate(plainAddress(from)))
    return refusedUrl(
      'address_refused',
      `Odoo says that it is at ${url.origin}, inside of a private network, and calls from outside of it.`,
      'Set web.base.url in Odoo to the address under which the bridge reaches it, or enter the address by hand in the panel under Connections.',
    )
  if (!inside && url.protocol === 'http:')
    return refusedUrl(
      'address_unguarded',
      `Odoo says that it is at ${url.origin}: its key would travel there unencrypted.`,
      'Give Odoo https:// and set web.base.url to it.',
    )
  return undefined
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}

const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
const isNever = (address: string): boolean =>
  isIP(address) === 6 ? never.v6.check(address, 'ipv6') : never.v4.check(address, 'ipv4')

const baseUrl =
  'Set web.base.url in Odoo (Settings > Technical > System Parameters) to the address under which the bridge reaches Odoo, then press Connect again.'

const refusedUrl = (code: string, detail: string, remedy = baseUrl): PairingFault => ({
  status: 422,
  code,
  detail,
  remedy,
})

const LOOK_MS = 15_000

/** What is wrong with an Odoo before it is called connected: each of what stops a connector, and what to do. */
export async function odooFault(
  settings: OdooSettings,
  written: () => Promise<string[]>,
  fetch = globalThis.fetch,
): Promise<PairingFault | undefined> {
  let date: string | null = null
  const client = createOdooClient({
    ...settings,
    timeouts: { read: LOOK_MS },
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      date = answer.headers.get('date') ?? date
      return answer
    },
  })
  const reply = await client.ping()
  if (!reply.ok) return unanswered(settings, reply.outcome)
  return rightFault(reply.value, await written()) ?? clockFault(date ?? reply.value.time)
}

function unanswered({ url, db }: OdooSettings, outcome: OutcomeOf<'retry' | 'correct' | 'refused'>): PairingFault {
  const at = new URL(url).origin
  if (outcome.kind === 'correct') {
    const [{ code, message, remedy }] = outcome.problems
    return { status: 422, code, detail: message, remedy }
  }
  const { cause, message } = outcome
  const said = (detail: string, remedy: string): PairingFault => ({ status: 422, code: cause, detail, remedy })
  switch (cause) {
    case 'network':
      return said(
        `The bridge does not reach Odoo at ${at}. ${message}.`,
        `${baseUrl} A firewall must let the bridge in.`,
      )
    case 'timeout':
      return said(
        `Odoo at ${at} did not answer the bridge within ${LOOK_MS / 1000} s.`,
        'Odoo must be able to answer while it asks: run it with threads or at least two workers, then press Connect again.',
      )
    case 'unauthorized':
      return said(
        `Odoo at ${at} does not accept the key of its service user: it has expired, or another Odoo answers there.`,
        baseUrl,
      )
    case 'wrong_database':
      return said(
        `Odoo at ${at} does not serve the database ${db} to the bridge.`,
        'Set web.base.url in Odoo to the address that leads to this database, or let whoever runs Odoo give it to that address (dbfilter).',
      )
    case 'wrong_address':
      return said(`At ${at} something else than Odoo answers.`, baseUrl)
    default:
      return said(message, remedyOf(cause))
  }
}

function rightFault(pong: Ping, written: string[]): PairingFault | undefined {
  const missing = [...new Set([...pong.missing_rights, ...missingOf(written, pong)])]
  if (missing.length === 0) return undefined
  return {
    status: 422,
    code: 'missing_right',
    detail: `The service user ${pong.user.login} lacks: ${missing.join(', ')}.`,
    remedy:
      'Tick what it may do beside the code in Odoo (payments, products), or switch that off under Entities in the panel; then press Connect again.',
  }
}

function clockFault(time: string): PairingFault | undefined {
  const off = Math.abs(Date.now() - Date.parse(time)) / 1000
  // Seconds of the way and of the header's own precision are no reason; a signature bears so many.
  if (!(off > TOLERANCE_SECONDS)) return undefined
  return {
    status: 422,
    code: 'clock_off',
    detail: `The clocks of Odoo and of the bridge differ by ${Math.round(off / 60)} minutes. Signatures older than five minutes are refused.`,
    remedy: 'Switch time synchronisation on at both servers, then press Connect again.',
  }
}
