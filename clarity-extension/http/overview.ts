import { Router } from 'express'
import type { components } from '../panel/schema.d.ts'
import type { PanelPorts } from './ports.ts'
import { connectionView, eventView, instant } from './views.ts'

type Overview = components['schemas']['Overview']

export function overviewRoutes(ports: PanelPorts, now: () => number): Router {
  const router = Router()
  router.get('/overview', async (_req, res) => {
    res.json(await readOverview(ports, now()))
  })
  return router
}

export async function readOverview(ports: PanelPorts, now: number): Promise<Overview> {
  const figures = await ports.queries.overview()
  const { perMinute, oldestWaitingAt, latency, lastOrders } = figures
  const counts = {
    waiting: figures.waiting,
    running: figures.running,
    failed: figures.failed,
    held: figures.held,
    receivedLastHour: total(perMinute.map((minute) => minute.received)),
    deliveredLastHour: total(perMinute.map((minute) => minute.delivered)),
    ordersLastHour: total(perMinute.map((minute) => minute.orders)),
  }
  const connections = figures.connections.map((status) => connectionView(status, ports.connections[status.name]))
  return {
    at: instant(now),
    level: levelOf(counts, oldestWaitingAt === null ? 0 : now - oldestWaitingAt, connections),
    counts,
    oldestWaitingAt: oldestWaitingAt === null ? null : instant(oldestWaitingAt),
    throughput: perMinute.map(({ at, received, delivered, failed }) => ({
      at: instant(at),
      received,
      delivered,
      failed,
    })),
    latency,
    lastOrders: {
      toOdoo: lastOrders.toOdoo && eventView(lastOrders.toOdoo),
      toClarity: lastOrders.toClarity && eventView(lastOrders.toClarity),
    },
    connections,
  }
}

/** The worst thing decides. */
function levelOf(
  counts: Overview['counts'],
  oldestWaitingMs: number,
  connections: Overview['connections'],
): Overview['level'] {
  if (connections.some((connection) => connection.state === 'paused')) return 'stopped'
  if (counts.failed + counts.held > 0) return 'attention'
  if (oldestWaitingMs > 60_000) return 'busy'
  return counts.receivedLastHour + counts.deliveredLastHour + counts.waiting + counts.running > 0 ? 'well' : 'quiet'
}

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0)
