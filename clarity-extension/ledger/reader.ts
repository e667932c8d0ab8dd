import type { Incoming } from './incoming.ts'
import { newTraceId, type Routed, route, traceIdOf, unreadableLane } from './lanes.ts'
import type { Settings } from './settings.ts'
import type { Demand, NewEvent, Webhook } from './types.ts'

/** A webhook that has not been looked at yet. */
export type Unread = Webhook & {
  /** Unix ms. */
  receivedAt: number
}

/** What is on its way into the store. */
export type Arrival = Incoming | Unread

export interface Reader {
  /** As little as can be done while its sender waits. */
  taken(event: NewEvent | Webhook): Arrival
  /** Never throws: what cannot be read is an event, too. */
  read(arrival: Arrival): Incoming
}

/** Looks at what came: which entity it is of, and what the storefront sold by it. @param place tells the entity; a test may have another */
export function createReader(
  { now, log, project }: Pick<Settings, 'now' | 'log' | 'project'>,
  place: typeof route = route,
): Reader {
  const incomingOf = ({ body: _, ...event }: NewEvent, receivedAt: number, demand?: Demand): Incoming => ({
    ...event,
    receivedAt,
    dueAt: receivedAt,
    demand: demand && { order_id: demand.orderId, placed_at: demand.placedAt, items: JSON.stringify(demand.items) },
  })

  /** What cannot be projected is still an event: the flow will say what is wrong with it. */
  const projectSafely = (event: NewEvent): Demand | undefined => {
    try {
      return project(event)
    } catch (error) {
      log.error({ type: event.type, lane: event.lane, err: error }, 'the demand of an event could not be read')
      return undefined
    }
  }

  const placeSafely = ({ source, webhookId, payload }: Webhook): Routed | { fault: string } => {
    try {
      return place(source, payload)
    } catch (error) {
      log.error({ source, webhook: webhookId, err: error }, 'a webhook could not be read')
      return { fault: 'The body could not be read; the log of the bridge says why.' }
    }
  }

  return {
    taken: (event) =>
      'lane' in event ? incomingOf(event, now(), projectSafely(event)) : { ...event, receivedAt: now() },
    read(arrival) {
      if ('lane' in arrival) return arrival
      const { receivedAt, ...webhook } = arrival
      const event = eventOf(webhook, placeSafely(webhook))
      return incomingOf(event, receivedAt, projectSafely(event))
    },
  }
}

/** An event as its flow gets it. */
export function eventOf(
  { source, webhookId, payload, traceparent }: Webhook,
  place: Routed | { fault: string } = route(source, payload),
): NewEvent {
  const given = traceIdOf(traceparent)
  if ('fault' in place) {
    return {
      source,
      webhookId,
      type: 'unreadable',
      lane: unreadableLane(source),
      subject: webhookId,
      priority: 3,
      payload,
      traceId: given ?? newTraceId(),
      fault: { cause: 'unreadable_body', message: place.fault },
    }
  }
  const { traceId, ...placed } = place
  return { source, webhookId, payload, ...placed, traceId: traceId ?? given ?? newTraceId() }
}
