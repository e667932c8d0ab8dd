import { remedyOf } from '../../shared/causes.ts'
import type { AttemptDetail, ConnectionStatus, EventSummary } from '../ledger/queries.ts'
import type { components } from '../panel/schema.d.ts'
import { mask } from './mask.ts'
import type { ConnectionSide, RecordLink } from './ports.ts'

/** Rows as the ledger gives them, told as panel.openapi.yaml says. */
type Schemas = components['schemas']

export const instant = (ms: number): string => new Date(ms).toISOString()
export const maybeInstant = (ms: number | null): string | null => (ms === null ? null : instant(ms))

export function eventView(row: EventSummary): Schemas['Event'] {
  return {
    id: String(row.id),
    source: sourceOf(row.source),
    type: row.type,
    lane: row.lane,
    subject: row.subject,
    state: row.state,
    attempts: row.attempts,
    receivedAt: instant(row.receivedAt),
    dueAt: row.state === 'ready' ? instant(row.dueAt) : null,
    settledAt: maybeInstant(row.settledAt),
    cause: row.cause,
    message: row.message,
    traceId: row.traceId,
  }
}

export function attemptView(attempt: AttemptDetail): Schemas['Attempt'] {
  return {
    number: attempt.number,
    startedAt: instant(attempt.startedAt),
    durationMs: attempt.durationMs,
    outcome: attempt.outcome,
    cause: attempt.cause,
    message: attempt.message,
    steps: attempt.steps.map((step) => ({
      step: step.step,
      atMs: step.at,
      ms: step.ms,
      summary: step.summary,
      ...(step.data === undefined ? {} : { data: mask(step.data, 'nothing').value }),
    })),
  }
}

export function connectionView(status: ConnectionStatus, side: ConnectionSide): Schemas['Connection'] {
  const paused = status.state === 'paused'
  return {
    name: status.name,
    label: side.label,
    address: withoutCredentials(side.address),
    state: status.state,
    cause: paused ? status.cause : null,
    message: paused ? status.message : null,
    remedy: paused ? remedyOf(status.cause) : null,
    since: status.since > 0 ? instant(status.since) : null,
    waiting: status.waiting,
  }
}

export function linkView(link: RecordLink): Schemas['Link'] {
  return {
    kind: link.kind,
    clarityId: link.clarityId,
    odooModel: link.odooModel,
    odooId: link.odooId,
    odooName: link.odooName,
    odooUrl: link.odooUrl ?? null,
    clarityUrl: link.clarityUrl ?? null,
  }
}

const sourceOf = (source: string): Schemas['Event']['source'] =>
  source === 'clarity' || source === 'odoo' ? source : 'bridge'

function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  url.username = ''
  url.password = ''
  url.search = ''
  return url.href.replace(/\/$/, '')
}
