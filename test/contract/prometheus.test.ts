import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { newWebhookId, signHeaders } from '../../shared/signature.ts'
import { type Prometheus, prometheusInstalled, promtool, startPrometheus } from '../support/prometheus.ts'
import { openSandboxStage, type SandboxStage } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until } from '../support/until.ts'

const RULES = 'ops/prometheus-rules.yaml'

describe.runIf(prometheusInstalled())('a real Prometheus', () => {
  let stage: SandboxStage
  let prometheus: Prometheus

  beforeAll(async () => {
    stage = await openSandboxStage()
    const { shop, panel } = stage
    await shop.place(checkout(1))
    await deliver({ type: 'order.created', data: { id: 'no-such-order' } })
    const counts = z.object({ counts: z.object({ failed: z.number(), deliveredLastHour: z.number() }) })
    await until('a delivered order and one that cannot be', async () => {
      const { failed, deliveredLastHour } = counts.parse(await panel('GET', '/overview')).counts
      return failed > 0 && deliveredLastHour > 0
    })
    await panel('POST', '/connections/odoo/pause')
    await shop.place(checkout(2))
    prometheus = await startPrometheus(stage.bridge.url, RULES)
  })
  afterAll(async () => {
    await prometheus?.stop()
    await stage?.dispose()
  })

  it("finds nothing to say against the metrics' names, help and types", async () => {
    const metrics = await (await fetch(`${stage.bridge.url}/metrics`)).text()
    expect(metrics).toContain('bridge_events_received_total')
    expect(await promtool(['check', 'metrics'], metrics)).toEqual({ code: 0, said: '' })
  })

  it('loads the alert rules, evaluates each, and knows every name they ask for', async () => {
    const { code, said } = await promtool(['check', 'rules', RULES])
    expect(said).toContain('SUCCESS')
    expect(code).toBe(0)
    await until('every rule to be evaluated', async () =>
      (await prometheus.rules()).every(({ health }) => health === 'ok'),
    )
    const file = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ expr: z.string() })) })) })
    const rules = file.parse(parse(readFileSync(RULES, 'utf8'))).groups.flatMap((group) => group.rules)
    expect(await prometheus.rules()).toHaveLength(rules.length)
    const asked = new Set(rules.flatMap(({ expr }) => expr.match(/bridge_\w+/g) ?? []))
    expect(asked.size).toBeGreaterThan(3)
    await until(`the names ${[...asked].join(', ')}`, async () => {
      const known = new Set(await prometheus.names())
      return [...asked].every((name) => known.has(name))
    })
  })

  it('answers every query of the dashboard with figures', async () => {
    const panel: z.ZodType<{ targets?: { expr: string }[]; panels?: unknown[] }> = z.object({
      targets: z.array(z.object({ expr: z.string() })).optional(),
    })
    const { panels } = z
      .object({ panels: z.array(panel) })
      .parse(JSON.parse(readFileSync('ops/grafana-dashboard.json', 'utf8')))
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    expect(queries.length).toBeGreaterThan(10)
    // A rate needs two scrapes.
    for (const query of queries)
      await until(`figures for ${query}`, async () => (await prometheus.query(query)).length > 0, { everyMs: 250 })
  })

  async function deliver(envelope: { type: string; data: object }): Promise<void> {
    const { bridge, shop } = stage
    const body = Buffer.from(JSON.stringify({ ...envelope, timestamp: new Date().toISOString() }))
    const headers = { ...signHeaders(body, [shop.secret], newWebhookId(), Date.now() / 1000) }
    expect((await fetch(`${bridge.url}/webhooks/clarity`, { method: 'POST', headers, body })).status).toBe(202)
  }
})
