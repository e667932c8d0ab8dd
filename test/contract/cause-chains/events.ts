import { expect } from 'vitest'
import { z } from 'zod'
import { type CauseCode, causes } from '../../../shared/causes.ts'
import type { Order } from '../../../shared/entities.ts'
import { until } from '../../support/until.ts'
import { laneOf, panel } from './standing.ts'

export const events = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      state: z.string(),
      cause: z.string().nullable(),
      message: z.string().nullable(),
    }),
  ),
})
export const eventsOf = async (lane: string) =>
  events.parse(await panel('GET', `/events?q=${encodeURIComponent(lane)}`)).items
export const quiet = () =>
  until('nothing under way', async () => {
    const { items } = events.parse(await panel('GET', '/events?state=ready,running'))
    return items.length === 0
  })
export const waitingOn = (lane: string) =>
  until(`what waits on ${lane}`, async () =>
    (await eventsOf(lane)).find(({ state }) => state === 'dead' || state === 'held'),
  ).catch(async (late: Error) => {
    throw new Error(`${late.message}: ${JSON.stringify(await eventsOf(lane))}`)
  })
export const through = (order: Order) =>
  until(`${order.number} through`, async () =>
    (await eventsOf(laneOf(order))).find(({ type, state }) => type === 'order.created' && state === 'done'),
  )

const attempts = z.object({
  attempts: z.array(z.object({ outcome: z.string(), cause: z.string().nullable() })),
  remedy: z.string().nullable(),
})
export const causesOf = async (id: string) =>
  attempts.parse(await panel('GET', `/events/${id}`)).attempts.map(({ cause }) => cause)
export const active = z.object({ active: z.array(z.object({ rule: z.string() })) })
/** Time heals it: nobody is told. */
export async function alertsNobody(cause: CauseCode): Promise<void> {
  expect(causes[cause].classes).toEqual(['retry'])
  const rules = active.parse(await panel('GET', '/alerts')).active.map(({ rule }) => rule)
  expect(rules.filter((rule) => rule === 'dead_letters' || rule === 'authentication')).toEqual([])
}
