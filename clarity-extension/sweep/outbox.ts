import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { newTraceId, route } from '../ledger/lanes.ts'
import type { Ledger } from '../ledger/types.ts'

/** At most this many events per call. */
const PAGE = 200

/**
 * The net under Odoo's webhooks: what the addon could not deliver (we were away, the address was wrong) is fetched, stored
 * under the webhook id it would have had, and only then acknowledged. Delivered twice, it is still one event.
 */
export const drainOutbox =
  (odoo: Pick<OdooClient, 'pull' | 'ack'>, ledger: Pick<Ledger, 'ingest'>) => async (): Promise<string> => {
    let fetched = 0
    for (;;) {
      const reply = await odoo.pull(PAGE)
      if (!reply.ok)
        throw new Error(reply.outcome.kind === 'correct' ? reply.outcome.problems[0].message : reply.outcome.message)
      const { events } = reply.value
      if (events.length === 0) return `${fetched} fetched`
      await Promise.all(
        events.map(({ webhook_id, body }) => {
          const payload = Buffer.from(JSON.stringify(body))
          const routed = route('odoo', payload)
          if ('fault' in routed) throw new Error(routed.fault)
          const { traceId = newTraceId(), ...rest } = routed
          return ledger.ingest({ source: 'odoo', webhookId: webhook_id, payload, traceId, ...rest })
        }),
      )
      const acked = await odoo.ack(events.map(({ webhook_id }) => webhook_id))
      if (!acked.ok) throw new Error('Odoo did not take the acknowledgement; the events are fetched again next time')
      fetched += events.length
      if (events.length < PAGE || acked.value.acknowledged === 0) return `${fetched} fetched`
    }
  }
