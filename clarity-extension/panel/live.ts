import { useEffect, useState } from 'react'
import type { Event, Overview, Schemas } from './api.ts'
import { whenIdle } from './idle.ts'
import { merge, type Pages } from './merge.ts'
import {
  eventQuery,
  eventsQuery,
  type Filter,
  failuresQuery,
  overviewQuery,
  pairingQuery,
  queryClient,
  refreshLists,
  sessionQuery,
} from './queries.ts'

export type LiveState = 'on' | 'connecting' | 'off'

/** Keeps what is on the screen as new as the server's; returns whether it does. What stands first is new enough to be idle first. */
export function useLive(): LiveState {
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => {
    let stream: EventSource | undefined
    const never = whenIdle(() => {
      stream = listen(setState)
    })
    return () => {
      never()
      stream?.close()
    }
  }, [])
  return state
}

function listen(tell: (state: LiveState) => void): EventSource {
  const stream = new EventSource('/api/live')
  stream.onopen = () => {
    tell('on')
    // What happened while it was away was told to nobody here.
    refreshLists({ cancelRefetch: false })
  }
  stream.onerror = () => {
    tell('off')
    // A closed stream does not come back by itself: most likely the session has ended.
    if (stream.readyState === EventSource.CLOSED) void queryClient.invalidateQueries(sessionQuery)
  }
  stream.addEventListener('overview', (message) => {
    const overview: Overview = JSON.parse(message.data)
    queryClient.setQueryData(overviewQuery.queryKey, overview)
  })
  stream.addEventListener('pairing', (message) => {
    const pairing: Schemas['Pairing'] = JSON.parse(message.data)
    const before = queryClient.getQueryData(pairingQuery.queryKey)
    queryClient.setQueryData(pairingQuery.queryKey, pairing)
    // Odoo is reached in another way now.
    if (before && before.state !== pairing.state) void queryClient.invalidateQueries({ queryKey: ['connection'] })
  })
  stream.addEventListener('events', (message) => {
    const events: Event[] = JSON.parse(message.data)
    show(events)
  })
  return stream
}

function show(events: Event[]): void {
  for (const [key, pages] of queryClient.getQueriesData<Pages>({ queryKey: ['events'] })) {
    const filter = key[1] as Filter
    if (pages) queryClient.setQueryData(eventsQuery(filter).queryKey, merge(pages, filter, events))
  }
  for (const event of events) void queryClient.invalidateQueries(eventQuery(event.id))
  void queryClient.invalidateQueries(failuresQuery)
  void queryClient.invalidateQueries({ queryKey: ['reviews'] })
}
