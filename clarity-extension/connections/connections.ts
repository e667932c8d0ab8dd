import { createOdooClient, type OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Connection } from '../../shared/outcome.ts'
import { type ClarityClient, createClarityClient } from '../clarity/client.ts'
import { type BookParts, type ConnectionBook, openBook } from './book.ts'
import { type Circuit, createCircuit } from './circuit.ts'
import { liveClient } from './live.ts'

/** Both sides as everybody else uses them: clients that follow their settings, each behind a circuit of its own. */
export interface Connections {
  book: ConnectionBook
  clarity: ClarityClient
  odoo: OdooClient
  /** The same past their circuits. */
  direct: { clarity(): ClarityClient; odoo(): OdooClient }
  circuits: Record<Connection, Circuit>
  stop(): void
}

export async function openConnections(parts: BookParts): Promise<Connections> {
  const book = await openBook(parts)
  const circuits = { clarity: createCircuit('clarity', parts.now), odoo: createCircuit('odoo', parts.now) }
  const clarity = liveClient(() => createClarityClient(book.clarity.settings()), circuits.clarity)
  const odoo = liveClient(() => createOdooClient(book.odoo.settings()), circuits.odoo)
  book.clarity.onChange(clarity.renew)
  book.odoo.onChange(odoo.renew)
  return {
    book,
    clarity: clarity.client,
    odoo: odoo.client,
    direct: { clarity: clarity.direct, odoo: odoo.direct },
    circuits,
    stop: book.stop,
  }
}
