import type { Logger } from 'pino'
import { createOdooClient, type OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Connection } from '../../shared/outcome.ts'
import { type ClarityClient, createClarityClient } from '../clarity/client.ts'
import { type BookParts, type ConnectionBook, openBook } from './book.ts'
import { type Circuit, createCircuit, type LastError } from './circuit.ts'
import { lastErrors } from './last-errors.ts'
import { liveClient } from './live.ts'

/** Both sides as everybody else uses them: clients that follow their settings, each behind a circuit of its own. */
export interface Connections {
  book: ConnectionBook
  clarity: ClarityClient
  odoo: OdooClient
  /** The same past their circuits. */
  direct: { clarity(): ClarityClient; odoo(): OdooClient }
  circuits: Record<Connection, Circuit>
  /** What it said last when it did not do what was asked. */
  lastError(name: Connection): Promise<LastError | null>
  stop(): Promise<void>
}

export async function openConnections(parts: BookParts & { log: Pick<Logger, 'warn'> }): Promise<Connections> {
  const book = await openBook(parts)
  const errors = lastErrors(parts.store, (error) =>
    parts.log.warn({ error: String(error) }, 'the last error of a connection could not be stored'),
  )
  const circuitOf = (name: Connection) => createCircuit(name, (error) => errors.note(name, error), parts.now)
  const circuits = { clarity: circuitOf('clarity'), odoo: circuitOf('odoo') }
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
    lastError: errors.of,
    async stop() {
      book.stop()
      await errors.stop()
    },
  }
}
