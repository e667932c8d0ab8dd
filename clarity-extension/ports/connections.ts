import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { MODULE_NEEDED } from '../../odoo-bridge/client/names.ts'
import type { Ping } from '../../odoo-bridge/client/shapes.ts'
import { remedyOf } from '../../shared/causes.ts'
import type { Connection, OutcomeOf } from '../../shared/outcome.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { Connections } from '../connections/connections.ts'
import type { ConnectionCheck, ConnectionSide } from '../http/ports.ts'

/** Minutes our clock and Odoo's may differ before signatures are refused. */
const CLOCK_LIMIT_MS = 5 * 60_000

interface Side extends ConnectionSide {
  /** Whether what it was paused for is over. */
  isMended(cause: string | null): Promise<boolean>
}

/** Both sides as the panel and the ledger's probe see them. They look past the circuits: that is how an open one closes. */
export function connectionSides(
  { book, direct }: Pick<Connections, 'book' | 'direct'>,
  written: () => Promise<string[]>,
  documents: () => Promise<string[]>,
): Record<Connection, Side> {
  return {
    clarity: claritySide({ check: () => direct.clarity().check() }, () => book.clarity.settings()),
    odoo: odooSide({ ping: () => direct.odoo().ping() }, () => book.odoo.settings(), written, documents),
  }
}

export function claritySide(clarity: Pick<ClarityClient, 'check'>, settings: () => { baseUrl: string }): Side {
  return sideOf({
    label: 'Clarity storefront',
    address: () => settings().baseUrl,
    async check() {
      const began = performance.now()
      const reply = await clarity.check()
      const ms = Math.round(performance.now() - began)
      return [
        reply.ok
          ? passed('Token and API', 'The storefront takes our token and answers.', ms)
          : failed(reply.outcome, ms),
      ]
    },
  })
}

/** @param written the entities that are written to Odoo now: each needs rights of its own */
export function odooSide(
  odoo: Pick<OdooClient, 'ping'>,
  settings: () => { url: string; db: string },
  written: () => Promise<string[]> = async () => [],
  documents: () => Promise<string[]> = async () => [],
): Side {
  return sideOf({
    label: 'Odoo',
    address: () => `${settings().url}, database ${settings().db}`,
    async check() {
      const began = performance.now()
      const reply = await odoo.ping()
      const ms = Math.round(performance.now() - began)
      if (!reply.ok) return [failed(reply.outcome, ms)]
      const { odoo_version, module_version, user, time, outbox } = reply.value
      const missing = await missingRights(reply.value)
      const papers = missingOf(await documents(), reply.value)
      const off = Math.abs(Date.now() - Date.parse(time))
      return [
        passed('Reachable', `Odoo ${odoo_version}, module ${module_version}, as ${user.login}.`, ms),
        ...(isOlder(module_version, MODULE_NEEDED)
          ? [
              fault(
                'Module',
                `Odoo has Clarity Bridge ${module_version}; this bridge needs ${MODULE_NEEDED} or newer.`,
                'Put the newer module where Odoo finds its addons, and upgrade "Clarity Bridge" in Odoo under Apps.',
              ),
            ]
          : []),
        missing.length === 0
          ? passed('Rights', 'The service user has every right it needs.', 0)
          : fault(
              'Rights',
              `The service user lacks: ${missing.join(', ')}.`,
              'Give it the role Service User under Clarity Bridge in its user form in Odoo; for products, Writes Products.',
            ),
        ...(papers.length === 0
          ? []
          : [
              aside(
                'Rights for documents',
                `For payments, returns and invoices, which are switched on, the service user lacks: ${papers.join(', ')}.`,
                'Give it the role Service User, with Invoices and Payments, under Clarity Bridge in Odoo; or switch them off under Entities.',
              ),
            ]),
        off < CLOCK_LIMIT_MS
          ? passed('Clock', `Odoo's clock differs by ${Math.round(off / 1000)} s.`, 0)
          : aside(
              'Clock',
              `Odoo's clock differs by ${Math.round(off / 60_000)} minutes.`,
              'Switch time synchronisation on at both servers; signatures older than 5 minutes are refused.',
            ),
        outbox.sending
          ? passed('Webhooks', `Odoo sends webhooks; ${outbox.pending} wait.`, 0)
          : aside(
              'Webhooks',
              'Odoo sends no webhooks: no address is set, or it was switched off after an answer 410.',
              'Enter the address of this bridge in Odoo under Settings > Clarity and switch sending on.',
            ),
      ]
    },
  })

  /** Everything that what is switched on needs, once each. */
  async function missingRights(pong: Ping): Promise<string[]> {
    return [...new Set([...pong.missing_rights, ...missingOf(await written(), pong)])]
  }
}

/** By each number of it: 19.0.1.10.0 is newer than 19.0.1.9.0. */
function isOlder(version: string, needed: string): boolean {
  const [has, needs] = [version, needed].map((one) => one.split('.').map(Number))
  const at = needs?.findIndex((number, index) => number !== (has?.[index] ?? 0)) ?? -1
  return at >= 0 && (has?.[at] ?? 0) < (needs?.[at] ?? 0)
}

export const missingOf = (entities: string[], { missing_by_entity }: Ping): string[] => [
  ...new Set(entities.flatMap((entity) => missing_by_entity[entity] ?? [])),
]

function sideOf(parts: { label: string; address(): string; check(): Promise<ConnectionCheck[]> }): Side {
  return {
    label: parts.label,
    get address() {
      return parts.address()
    },
    check: parts.check,
    async isMended(cause) {
      const [first, ...others] = await parts.check()
      // What did not answer answers again; a right that it lacked before it still lacks.
      if (cause === 'circuit_open') return first?.ok === true
      return first?.ok === true && others.every(({ ok, deliversAnyway }) => ok || deliversAnyway === true)
    },
  }
}

const passed = (name: string, message: string, ms: number): ConnectionCheck => ({ name, ok: true, message, ms })
const fault = (name: string, message: string, remedy: string): ConnectionCheck => ({
  name,
  ok: false,
  message,
  remedy,
  ms: 0,
})
const aside = (name: string, message: string, remedy: string): ConnectionCheck => ({
  ...fault(name, message, remedy),
  deliversAnyway: true,
})

function failed(outcome: OutcomeOf<'retry' | 'correct' | 'refused'>, ms: number): ConnectionCheck {
  if (outcome.kind === 'correct') {
    const [{ message, remedy }] = outcome.problems
    return { name: 'Answer', ok: false, message, remedy, ms }
  }
  const name = outcome.kind === 'retry' ? 'Reachable' : 'Credentials'
  const remedy =
    outcome.kind === 'retry'
      ? 'Start the server or mend the network; the bridge tries again by itself.'
      : remedyOf(outcome.cause)
  return { name, ok: false, message: outcome.message, remedy, ms }
}
