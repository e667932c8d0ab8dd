import type { Logger } from 'pino'
import type { ClarityConfig, OdooConfig } from '../config.ts'
import type { Seal } from '../privacy/seal.ts'
import type { Store } from '../store/store.ts'
import { type KeptSide, openSide } from './kept-side.ts'
import { type ClaritySettings, claritySettings, type OdooSettings, odooSettings, storedOf } from './settings.ts'

/** How both sides are reached: kept sealed in the store and changed while the bridge runs. */
export interface ConnectionBook {
  clarity: KeptSide<ClaritySettings>
  odoo: KeptSide<OdooSettings>
  stop(): void
}

export interface BookParts {
  store: Pick<Store, 'db' | 'dialect'>
  seal: Seal
  /** What the environment says. */
  given: { clarity: ClarityConfig; odoo: OdooConfig }
  now?: () => number
  log?: Pick<Logger, 'warn'>
}

/** Another replica's change holds here after this long. Milliseconds. */
const LOOK_MS = 2_000

export async function openBook(parts: BookParts): Promise<ConnectionBook> {
  const { webhookSecrets: claritySecrets, ...clarity } = parts.given.clarity
  const { webhookSecrets: odooSecrets, ...odoo } = parts.given.odoo
  const book = {
    clarity: await openSide({
      ...parts,
      name: 'clarity',
      shape: storedOf(claritySettings),
      given: { settings: clarity, secrets: claritySecrets },
    }),
    odoo: await openSide({
      ...parts,
      name: 'odoo',
      shape: storedOf(odooSettings),
      given: { settings: odoo, secrets: odooSecrets },
    }),
  }
  // A SQLite file has one owner.
  const timer = parts.store.dialect === 'postgres' ? setInterval(look, LOOK_MS) : undefined
  timer?.unref()
  return { ...book, stop: () => clearInterval(timer) }

  /** A store that is away for a moment is looked at again; nobody waits for this look, who could be told. */
  function look(): void {
    for (const side of [book.clarity, book.odoo])
      side.look().catch((error: unknown) => parts.log?.warn({ err: error }, 'the connections could not be read'))
  }
}
