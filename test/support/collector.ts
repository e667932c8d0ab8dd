import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string | undefined
  name: string
  attributes: Record<string, string>
}

/** An OpenTelemetry collector that takes OTLP/HTTP JSON and remembers it. */
export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string
  /** What came, trace by trace. */
  traces(): Span[][]
  close(): Promise<void>
}

const value = z.union([
  z.strictObject({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.strictObject({ intValue: z.string() }).transform(({ intValue }) => intValue),
])
const span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: z.string().regex(/^\d+$/),
  endTimeUnixNano: z.string().regex(/^\d+$/),
  attributes: z
    .array(z.strictObject({ key: z.string(), value }))
    .transform((all) => Object.fromEntries(all.map((one) => [one.key, one.value]))),
  status: z.strictObject({ code: z.int(), message: z.string().optional() }),
})
const envelope = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
})

export async function openCollector(): Promise<Collector> {
  const traces = new Map<string, Span[]>()
  const server = createServer(async (request, response) => {
    const parsed = envelope.safeParse(await json(request))
    response.writeHead(parsed.success && request.url === '/v1/traces' ? 200 : 400).end()
    const spans =
      parsed.data?.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)) ?? []
    for (const one of spans) traces.set(one.traceId, [...(traces.get(one.traceId) ?? []), one])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.int() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    traces: () => [...traces.values()],
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
