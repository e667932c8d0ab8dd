import type { EventType } from '../shared/events.ts'
import { correct, type Outcome } from '../shared/outcome.ts'
import type { FlowEvent, Share } from './flows/flow.ts'
import { gate, type SwitchPorts } from './flows/gate.ts'
import { type Entry, type Ports, registry } from './flows/registry.ts'
import { spanOf } from './ledger/span.ts'
import type { ClaimedEvent, Handler, TypeRule } from './ledger/types.ts'

/** What the ledger runs: it finds the event's flow, asks the merchant's switches, and calls it. */
export function handlerOf(ports: Ports, switches: SwitchPorts): Handler {
  const entries: [string, Entry][] = Object.entries(registry)
  const flows = new Map(entries.map(([type, entry]) => [type, entry.flow(ports)]))
  return async (event, trace): Promise<Outcome> => {
    const flow = flows.get(event.type)
    if (!flow || event.type === 'unreadable') {
      return correct({
        code: 'unreadable_body',
        message: 'The body is authentic but cannot be read.',
        remedy: 'Correct the body here and replay, or dismiss it.',
      })
    }
    const passed = await gate(switches, event.type, event.approved)
    return passed.open ? flow(flowEventOf(event, passed.share), trace) : passed.outcome
  }
}

export const typeRules: Partial<Record<EventType, TypeRule>> = Object.fromEntries(
  Object.entries(registry).map(([type, entry]: [string, Entry]) => [
    type,
    { coalesce: entry.coalesce ?? false, restMs: entry.restMs ?? 0, needs: entry.needs },
  ]),
)

function flowEventOf(event: ClaimedEvent, share: Share): FlowEvent {
  const { id, source, webhookId, type, lane, payload, attempt, traceId, approvals } = event
  return {
    id,
    key: `${source}:${webhookId}`,
    type,
    lane,
    payload,
    attempt,
    traceparent: `00-${traceId}-${spanOf(event)}-01`,
    share,
    approvals,
  }
}
