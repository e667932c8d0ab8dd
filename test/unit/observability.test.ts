import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import express from 'express'
import pino from 'pino'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { LedgerFact } from '../../clarity-extension/ledger/types.ts'
import { metrics } from '../../clarity-extension/watch/metrics.ts'
import { otlpTraces } from '../../clarity-extension/watch/traces.ts'
import { scenario } from '../panel/scenarios.ts'

const file = (name: string) => readFileSync(resolve(import.meta.dirname, '../../ops', name), 'utf8')
const NOW = Date.UTC(2026, 10, 20, 12)

const settled = (
  over: Partial<Extract<LedgerFact, { fact: 'settled' }>> = {},
): Extract<LedgerFact, { fact: 'settled' }> => ({
  fact: 'settled',
  event: {
    id: 7,
    source: 'clarity',
    webhookId: 'msg_1',
    type: 'order.created',
    lane: 'order:1',
    subject: 'W1',
    priority: 0,
    payload: Buffer.from('{"email":"ada@example.com"}'),
    corrected: false,
    approved: false,
    approvals: [],
    receivedAt: NOW - 400,
    attempt: 1,
    traceId: 'a'.repeat(32),
    epoch: 1,
    signal: new AbortController().signal,
  },
  to: 'done',
  outcome: 'done',
  cause: null,
  durationMs: 300,
  steps: [
    { step: 'map', at: 10, ms: 5, summary: 'for ada@example.com' },
    { step: 'apply', at: 20, ms: 200, summary: 'S00001' },
  ],
  ...over,
})

describe('the files for Prometheus and Grafana', () => {
  async function scraped(): Promise<Set<string>> {
    const watch = metrics(scenario('failing', Date.now), () => 'order-to-odoo')
    watch.observe({ fact: 'accepted', source: 'clarity', type: 'order.created', count: 1 })
    watch.observe(settled())
    watch.observe(settled({ to: 'dead', outcome: 'correct', cause: 'unknown_sku' }))
    watch.observe({ fact: 'lease_lost', lane: 'order:1', eventId: 1 })
    const { text } = await request(express().get('/metrics', watch.handler)).get('/metrics').expect(200)
    return new Set(text.split('\n').flatMap((line) => /^([a-z_:][a-z0-9_:]*)[{ ]/.exec(line)?.[1] ?? []))
  }
  const metricsIn = (expr: string) => [...expr.matchAll(/\bbridge_[a-z0-9_]+/g)].map(([name]) => name)

  it('ask only for what a scrape has', async () => {
    const there = await scraped()
    const dashboard = z
      .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })
      .parse(JSON.parse(file('grafana-dashboard.json')))
    const rules = z
      .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })
      .parse(parse(file('prometheus-rules.yaml')))
    const exprs = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ]
    expect(exprs.length).toBeGreaterThan(20)
    const asked = new Set(exprs.flatMap(metricsIn))
    expect([...asked].filter((name) => !there.has(name))).toEqual([])
  })
})

describe('traces', () => {
  it('tell webhook, ledger and every step under the id of the event, and nothing of a payload', async () => {
    const bodies: string[] = []
    const traces = otlpTraces({
      endpoint: 'http://collector:4318/',
      headers: { authorization: 'Bearer x' },
      log: pino({ level: 'silent' }),
      now: () => NOW,
      fetch: async (url, init) => {
        expect(String(url)).toBe('http://collector:4318/v1/traces')
        bodies.push(String(init?.body))
        return new Response('{}')
      },
    })
    traces.observe(settled())
    traces.observe(settled({ to: 'dead', outcome: 'correct', cause: 'unknown_sku', steps: [] }))
    await traces.stop()
    expect(bodies.join()).not.toContain('ada@')
    const span = z.object({
      traceId: z.string().regex(/^[0-9a-f]{32}$/),
      spanId: z.string().regex(/^[0-9a-f]{16}$/),
      parentSpanId: z.string().optional(),
      name: z.string(),
      startTimeUnixNano: z.string().regex(/^\d{19}$/),
      endTimeUnixNano: z.string().regex(/^\d{19}$/),
      status: z.object({ code: z.number() }),
    })
    const shape = z.object({
      resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
    })
    const spans = bodies.flatMap((body) =>
      shape.parse(JSON.parse(body)).resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans: inner }) => inner)),
    )
    expect(spans.map(({ name }) => name)).toEqual(['webhook', 'ledger', 'map', 'apply', 'webhook', 'ledger'])
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(['a'.repeat(32)]))
    const [webhook, ledger, map] = spans
    expect([ledger?.parentSpanId, map?.parentSpanId]).toEqual([webhook?.spanId, ledger?.spanId])
    expect(spans.map(({ status }) => status.code)).toEqual([0, 0, 0, 0, 2, 2])
    expect(webhook?.startTimeUnixNano).toBe(`${NOW - 400}000000`)
  })

  it('are dropped while the collector is away, and never hold anything up', async () => {
    const traces = otlpTraces({
      endpoint: 'http://collector:4318',
      headers: {},
      log: pino({ level: 'silent' }),
      fetch: async () => Promise.reject(new TypeError('fetch failed')),
    })
    for (let index = 0; index < 3_000; index++) traces.observe(settled())
    await traces.stop()
  })
})
