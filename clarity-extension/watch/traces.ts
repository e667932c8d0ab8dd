import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { spanOf } from '../ledger/span.ts'
import type { LedgerFact } from '../ledger/types.ts'

export interface TraceOptions {
  /** Where OTLP/HTTP is taken, e.g. `http://collector:4318`; `/v1/traces` is added. */
  endpoint: string
  headers: Record<string, string>
  log: Pick<Logger, 'warn'>
  now?: () => number
  everyMs?: number
  fetch?: typeof globalThis.fetch
}

export interface Traces {
  observe(fact: LedgerFact): void
  flush(): Promise<void>
  stop(): Promise<void>
}

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: { stringValue: string } | { intValue: string } }[]
  status: { code: number; message?: string }
}

const INTERNAL = 1
const CONSUMER = 5
const FAILED = 2
/** A collector that is away must not fill the memory. */
const MOST = 5_000
const PER_CALL = 500

/**
 * Spans of what the ledger did, as OTLP/HTTP JSON (https://opentelemetry.io/docs/specs/otlp/): one per event from its arrival to
 * its end, one per attempt, one per step of it. The trace id is the event's own, which the addon gives back with the events that
 * follow from an order: the order, its status and its shipments are one trace. Only figures and codes, nothing of a payload.
 */
export function otlpTraces({
  endpoint,
  headers,
  log,
  now = Date.now,
  everyMs = 5_000,
  fetch = globalThis.fetch,
}: TraceOptions): Traces {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  let spans: Span[] = []
  let dropped = 0
  const timer = setInterval(() => void flush(), everyMs)
  timer.unref()

  async function flush(): Promise<void> {
    while (spans.length > 0) {
      const part = spans.slice(0, PER_CALL)
      spans = spans.slice(PER_CALL)
      try {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(envelope(part)),
          signal: AbortSignal.timeout(10_000),
        })
        await answer.arrayBuffer()
        if (!answer.ok) throw new Error(`the collector answers ${answer.status}`)
      } catch (error) {
        // Traces are for looking at: what a collector missed is not sent again.
        log.warn({ error: String(error), spans: part.length, dropped }, 'traces could not be sent')
        return
      }
    }
  }

  return {
    flush,
    observe(fact) {
      if (fact.fact !== 'settled') return
      if (spans.length >= MOST) {
        dropped += 1
        return
      }
      spans.push(...spansOf(fact, now()))
    },
    async stop() {
      clearInterval(timer)
      await flush()
    },
  }
}

function spansOf(fact: Extract<LedgerFact, { fact: 'settled' }>, end: number): Span[] {
  const { event, outcome, cause, to, durationMs, steps } = fact
  const began = end - durationMs
  const failed = to === 'dead' || to === 'held' || outcome === 'thrown'
  const status = failed ? { code: FAILED, message: cause ?? outcome } : { code: 0 }
  const common = { traceId: event.traceId }
  const parentSpanId = parentOf(event.payload, event.traceId)
  const root = span(
    { ...common, ...(parentSpanId ? { parentSpanId } : {}) },
    'webhook',
    CONSUMER,
    event.receivedAt,
    end,
    status,
    {
      'messaging.message.id': event.webhookId,
      'bridge.source': event.source,
      'bridge.type': event.type,
      'bridge.lane': event.lane,
      'bridge.event': event.id,
      'bridge.state': to,
    },
  )
  const attempt = span(
    { ...common, parentSpanId: root.spanId, spanId: spanOf(event) },
    'ledger',
    INTERNAL,
    began,
    end,
    status,
    {
      'bridge.attempt': event.attempt,
      'bridge.outcome': outcome,
      ...(cause ? { 'bridge.cause': cause } : {}),
    },
  )
  const inner = steps.map((step) =>
    span(
      { ...common, parentSpanId: attempt.spanId },
      step.step,
      INTERNAL,
      began + step.at,
      began + step.at + step.ms,
      { code: 0 },
      {},
    ),
  )
  return [root, attempt, ...inner]
}

/** The attempt that caused what Odoo tells of: the addon gives back what it was called with. */
function parentOf(payload: Buffer, traceId: string): string | undefined {
  const [, trace, parent] = /"traceparent":\s*"00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(payload.toString('utf8')) ?? []
  return trace === traceId ? parent : undefined
}

function span(
  place: Pick<Span, 'traceId' | 'parentSpanId'> & { spanId?: string },
  name: string,
  kind: number,
  from: number,
  to: number,
  status: Span['status'],
  attributes: Record<string, string | number>,
): Span {
  return {
    spanId: randomBytes(8).toString('hex'),
    ...place,
    name,
    kind,
    startTimeUnixNano: nano(from),
    endTimeUnixNano: nano(Math.max(from, to)),
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
    })),
    status,
  }
}

const nano = (ms: number): string => `${Math.round(ms)}000000`

const envelope = (spans: Span[]) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'clarity-odoo-bridge' } }] },
      scopeSpans: [{ scope: { name: 'bridge' }, spans }],
    },
  ],
})
