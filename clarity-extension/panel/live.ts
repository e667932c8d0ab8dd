import type { InfiniteData } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Event, Overview, Schemas } from './api.ts'
import {
  eventQuery,
  eventsQuery,
  type Filter,
  failuresQuery,
  overviewQuery,
  queryClient,
  sessionQuery,
} from './queries.ts'

export type LiveState = 'on' | 'connecting' | 'off'
type Pages = InfiniteData<Schemas['EventPage'], string>

/** Keeps what is on the screen as new as the server's; returns whether it does. */
export function useLive(): LiveState {
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => {
    const stream = new EventSource('/api/live')
    stream.onopen = () => setState('on')
    stream.onerror = () => {
      setState('off')
      // A closed stream does not come back by itself: most likely the session has ended.
      if (stream.readyState === EventSource.CLOSED) void queryClient.invalidateQueries(sessionQuery)
    }
    stream.addEventListener('overview', (message) => {
      const overview: Overview = JSON.parse(message.data)
      queryClient.setQueryData(overviewQuery.queryKey, overview)
    })
    stream.addEventListener('events', (message) => {
      const events: Event[] = JSON.parse(message.data)
      show(events)
    })
    return () => stream.close()
  }, [])
  return state
}

function show(events: Event[]): void {
  for (const [key, pages] of queryClient.getQueriesData<Pages>({ queryKey: ['events'] })) {
    const filter = key[1] as Filter
    if (pages) queryClient.setQueryData(eventsQuery(filter).queryKey, merge(pages, filter, events))
  }
  for (const event of events) void queryClient.invalidateQueries(eventQuery(event.id))
  void queryClient.invalidateQueries(failuresQuery)
}

/** Known events change in their place; new ones go to the top where the filter lets them. */
export function merge(pages: Pages, filter: Filter, events: Event[]): Pages {
  const changed = new Map(events.map((event) => [event.id, event]))
  const known = new Set(pages.pages.flatMap((page) => page.items.map((item) => item.id)))
  const fresh = events
    .filter((event) => !known.has(event.id) && fits(event, filter))
    .sort((a, b) => Number(b.id) - Number(a.id))
  return {
    ...pages,
    pages: pages.pages.map((page, index) => {
      const items = page.items.map((item) => changed.get(item.id) ?? item)
      return { ...page, items: index === 0 ? [...fresh, ...items] : items }
    }),
  }
}

function fits(event: Event, filter: Filter): boolean {
  const search = filter.q?.trim().toLowerCase()
  return (
    (!filter.state || filter.state.includes(event.state)) &&
    (!filter.type || filter.type === event.type) &&
    (!filter.cause || filter.cause === event.cause) &&
    (!search || event.subject.toLowerCase().startsWith(search) || event.lane === search || event.id === search)
  )
}
