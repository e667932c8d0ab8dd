import type { RequestHandler } from 'express'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { LedgerFact } from '../ledger/types.ts'

export interface Metrics {
  /** Handed to the ledger as its observer. */
  observe(fact: LedgerFact): void
  /** Answers GET /metrics in the Prometheus text format. */
  handler: RequestHandler
  registry: Registry
}

/**
 * Counters come from what the ledger tells after each commit; gauges are asked of the store when Prometheus scrapes.
 * @param flowOf the flow that an event type is run by, e.g. `order-to-odoo`
 * @param leads whether this process runs what is stored: the only one, or the one of several replicas that leads
 */
export function metrics(
  queries: Pick<LedgerQueries, 'overview'> & Partial<Pick<LedgerQueries, 'backlog' | 'failures'>>,
  flowOf: (type: string) => string = (type) => type,
  leads: () => boolean = () => true,
): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'bridge_' })
  // Gauges named as if they were counters: `promtool check metrics` objects, and the same figures are there by type.
  for (const what of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`bridge_nodejs_active_${what}_total`)

  const received = new Counter({
    name: 'bridge_events_received_total',
    help: 'Events accepted and stored.',
    labelNames: ['source', 'type'],
    registers,
  })
  const settled = new Counter({
    name: 'bridge_attempts_settled_total',
    help: 'Attempts by what became of them.',
    labelNames: ['type', 'outcome', 'state'],
    registers,
  })
  const duration = new Histogram({
    name: 'bridge_attempt_duration_seconds',
    help: 'How long an attempt took.',
    labelNames: ['type', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  })
  const delivery = new Histogram({
    name: 'bridge_delivery_seconds',
    help: 'From received to settled, of events that are done.',
    labelNames: ['type'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
    registers,
  })
  const leaseLost = new Counter({
    name: 'bridge_leases_lost_total',
    help: 'Runs whose lane was taken by another worker.',
    registers,
  })
  const flows = new Counter({
    name: 'bridge_flow_attempts_total',
    help: 'Attempts by flow and outcome.',
    labelNames: ['flow', 'outcome'],
    registers,
  })
  const flowDelivered = new Counter({
    name: 'bridge_flow_delivered_total',
    help: 'Events delivered, by flow.',
    labelNames: ['flow'],
    registers,
  })
  const causes = new Counter({
    name: 'bridge_causes_total',
    help: 'Attempts that did not go through, by cause code (docs/causes.md) and what became of the event.',
    labelNames: ['cause', 'state'],
    registers,
  })
  const lanes = new Gauge({
    name: 'bridge_lanes',
    help: 'Entities with something to do, by priority: 0 orders and money, 1 fulfilment, 2 stock, 3 catalogue.',
    labelNames: ['priority'],
    registers,
  })
  const laneAge = new Gauge({
    name: 'bridge_lane_overdue_seconds',
    help: 'How long the most overdue entity of a priority has been due; 0 when none is.',
    labelNames: ['priority'],
    registers,
  })
  const open = new Gauge({
    name: 'bridge_open_failures',
    help: 'Events that wait for a person, by cause and state.',
    labelNames: ['cause', 'state'],
    registers,
  })
  const events = new Gauge({
    name: 'bridge_events',
    help: 'Open events by state: waiting, running, failed, held.',
    labelNames: ['state'],
    registers,
  })
  const oldest = new Gauge({
    name: 'bridge_oldest_waiting_seconds',
    help: 'Age of the oldest waiting event; 0 when none waits.',
    registers,
  })
  const up = new Gauge({
    name: 'bridge_connection_up',
    help: '1 when deliveries to this side go out, 0 when it is paused.',
    labelNames: ['connection'],
    registers,
  })

  new Gauge({
    name: 'bridge_leads',
    help: '1 on the process that runs what is stored: the only one, or the one of several replicas that leads.',
    registers,
    collect() {
      this.set(leads() ? 1 : 0)
    },
  })

  function observe(fact: LedgerFact): void {
    switch (fact.fact) {
      case 'accepted':
        received.inc({ source: fact.source, type: fact.type }, fact.count)
        break
      case 'settled': {
        const type = fact.event.type
        settled.inc({ type, outcome: fact.outcome, state: fact.to })
        flows.inc({ flow: flowOf(type), outcome: fact.outcome })
        if (fact.to === 'done') flowDelivered.inc({ flow: flowOf(type) })
        else if (fact.cause) causes.inc({ cause: fact.cause, state: fact.to })
        duration.observe({ type, outcome: fact.outcome }, fact.durationMs / 1000)
        if (fact.to === 'done') delivery.observe({ type }, Math.max(0, Date.now() - fact.event.receivedAt) / 1000)
        break
      }
      case 'lease_lost':
        leaseLost.inc()
        break
      case 'paused':
      case 'resumed':
        up.set({ connection: fact.connection }, fact.fact === 'resumed' ? 1 : 0)
        break
    }
  }

  const handler: RequestHandler = async (_req, res) => {
    const figures = await queries.overview()
    events.set({ state: 'waiting' }, figures.waiting)
    events.set({ state: 'running' }, figures.running)
    events.set({ state: 'failed' }, figures.failed)
    events.set({ state: 'held' }, figures.held)
    oldest.set(figures.oldestWaitingAt === null ? 0 : Math.max(0, Date.now() - figures.oldestWaitingAt) / 1000)
    for (const connection of figures.connections) {
      up.set({ connection: connection.name }, connection.state === 'up' ? 1 : 0)
    }
    const now = Date.now()
    for (const { priority, lanes: count, oldestDueAt } of (await queries.backlog?.()) ?? []) {
      lanes.set({ priority }, count)
      laneAge.set({ priority }, oldestDueAt === null ? 0 : Math.max(0, now - oldestDueAt) / 1000)
    }
    open.reset()
    for (const { cause, state, count } of (await queries.failures?.({ limit: 200 }))?.groups ?? [])
      open.inc({ cause, state }, count)
    res.type(registry.contentType).send(await registry.metrics())
  }

  return { observe, handler, registry }
}
