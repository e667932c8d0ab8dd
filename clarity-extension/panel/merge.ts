import type { InfiniteData } from '@tanstack/react-query'
import type { Event, Schemas } from './api.ts'
import type { Filter } from './queries.ts'

export type Pages = InfiniteData<Schemas['EventPage'], string>

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
