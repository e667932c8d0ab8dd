import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query'
import { ApiError, api, csrf, type Schemas, setCsrfToken, take } from './api.ts'

export type Filter = { state?: Schemas['EventState'][]; type?: string; cause?: string; q?: string }

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      // A refusal stays one; only silence is worth asking again.
      retry: (count, error) => count < 2 && error instanceof ApiError && error.problem === undefined,
      retryDelay: (attempt) => 500 * 2 ** attempt,
    },
  },
})

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await take(api.GET('/session'))
    setCsrfToken(session.csrfToken)
    return session
  },
  staleTime: Number.POSITIVE_INFINITY,
  // An admin may have given another role while this page stood in the background.
  refetchOnWindowFocus: 'always',
})

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: () => take(api.GET('/overview')),
  refetchInterval: 30_000,
})

export const connectionQuery = (name: Schemas['ConnectionName']) =>
  queryOptions({
    queryKey: ['connection', name],
    queryFn: () => take(api.GET('/connections/{name}', { params: { path: { name } } })),
    refetchInterval: 10_000,
  })

/** Tried when somebody looks at it, and again when they say so. */
export const connectionTestQuery = (name: Schemas['ConnectionName']) =>
  queryOptions({
    queryKey: ['connection', name, 'test'],
    queryFn: () => take(api.POST('/connections/{name}/test', { params: { path: { name }, header: csrf } })),
    staleTime: 30_000,
  })

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: () => take(api.GET('/setup')),
  staleTime: 60_000,
})

/** The event stream keeps it new. */
export const pairingQuery = queryOptions({
  queryKey: ['pairing'],
  queryFn: () => take(api.GET('/pairing')),
  refetchInterval: 30_000,
})

/** The code as it was told once: nothing asks for it again. */
export const codeQuery = queryOptions<string | null>({
  queryKey: ['pairing-code'],
  queryFn: () => null,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 10 * 60_000,
})

export const eventsQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['events', filter],
    queryFn: ({ pageParam }) =>
      take(api.GET('/events', { params: { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  })

/** The first few that a text means, for who types it into the palette. */
export const findQuery = (q: string) =>
  queryOptions({
    queryKey: ['find', q],
    queryFn: () => take(api.GET('/events', { params: { query: { q, limit: 6 } } })),
    placeholderData: (before) => before,
  })

export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: ['event', id],
    queryFn: () => take(api.GET('/events/{id}', { params: { path: { id } } })),
  })

export const failuresQuery = queryOptions({
  queryKey: ['failures'],
  queryFn: () => take(api.GET('/failures', { params: { query: { state: 'dead', limit: 200 } } })),
  refetchInterval: 30_000,
})

/** @param assignee undefined: anybody's; empty: nobody's */
export const reviewsQuery = (assignee: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['reviews', assignee ?? '*'],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/reviews', {
          params: {
            query: { ...(assignee === undefined ? {} : { assignee }), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export const alertsQuery = queryOptions({
  queryKey: ['alerts'],
  queryFn: () => take(api.GET('/alerts')),
  refetchInterval: 30_000,
})

export const alertSettingsQuery = queryOptions({
  queryKey: ['alert-settings'],
  queryFn: () => take(api.GET('/alerts/settings')),
})

export type AuditFilter = { who?: string; action?: string; entity?: string; from?: string; to?: string }

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: () => take(api.GET('/users')),
})

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      take(api.GET('/audit', { params: { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
    // Whoever reads far back is not asked for all of it again.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 2 ? false : 15_000),
  })

export const entitiesQuery = queryOptions({
  queryKey: ['entities'],
  queryFn: () => take(api.GET('/entities')),
  refetchInterval: 30_000,
})

export const sweepsQuery = queryOptions({
  queryKey: ['sweeps'],
  queryFn: () => take(api.GET('/sweeps')),
  refetchInterval: 10_000,
})

export const driftsQuery = (kind?: Schemas['DriftKind']) =>
  infiniteQueryOptions({
    queryKey: ['drifts', kind ?? ''],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/drifts', {
          params: { query: { ...(kind ? { kind } : {}), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
    refetchInterval: 30_000,
  })

/** Asked more often while something moves. */
export const loadsQuery = queryOptions({
  queryKey: ['loads'],
  queryFn: () => take(api.GET('/loads')),
  refetchInterval: ({ state }) =>
    state.data?.items.some(({ load }) => load?.state === 'planning' || load?.state === 'running') ? 2_000 : 15_000,
})

export type LoadFilter =
  | { verdict: Schemas['LoadVerdict'] }
  | { state: Schemas['LoadRowState'] }
  /** Conflicts of a cause that nobody has decided. */
  | { why: string }

export const loadRowsQuery = (id: string, filter: LoadFilter) =>
  infiniteQueryOptions({
    queryKey: ['load-rows', id, filter],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/loads/{id}/rows', {
          params: {
            path: { id },
            query: {
              ...filter,
              ...('why' in filter ? { undecided: 'true' as const } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  })

/** After a click: the loads and their records are others. */
export function refreshLoads(): void {
  for (const queryKey of [['loads'], ['load-rows']]) void queryClient.invalidateQueries({ queryKey })
}

/** Both sides are read for it: not again by itself. */
export const takingsQuery = (period: { from: string; to: string }) =>
  queryOptions({
    queryKey: ['takings', period],
    queryFn: () => take(api.GET('/takings', { params: { query: period } })),
    staleTime: 60_000,
    retry: false,
  })

export const anomaliesQuery = (open: boolean) =>
  infiniteQueryOptions({
    queryKey: ['anomalies', open],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/anomalies', {
          params: { query: { open: open ? 'true' : 'false', ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 60_000,
  })

export const anomalySeriesQuery = (series: string) =>
  queryOptions({
    queryKey: ['anomaly-series', series],
    queryFn: () => take(api.GET('/anomalies/series/{series}', { params: { path: { series } } })),
  })

export const anomalyRulesQuery = queryOptions({
  queryKey: ['anomaly-rules'],
  queryFn: () => take(api.GET('/anomaly-rules')),
})

export const suggestedEntities = ['order', 'customer', 'product', 'invoice', 'shipment'] as const
export type SuggestedEntity = (typeof suggestedEntities)[number]

export const suggestionsQuery = (entity: SuggestedEntity) =>
  queryOptions({
    queryKey: ['suggestions', entity],
    queryFn: () => take(api.GET('/suggestions/{entity}', { params: { path: { entity } } })),
    staleTime: 60_000,
  })

export const correctionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['corrections', id],
    queryFn: () => take(api.GET('/events/{id}/corrections', { params: { path: { id } } })),
  })

export const lookupsQuery = queryOptions({
  queryKey: ['lookups'],
  queryFn: () => take(api.GET('/lookups')),
  refetchInterval: 30_000,
})

export const lookupQuery = (table: string, filter: { q?: string; show?: 'open' }) =>
  infiniteQueryOptions({
    queryKey: ['lookup', table, filter],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/lookups/{table}', {
          params: { path: { table }, query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
    refetchInterval: 30_000,
  })

export const choicesQuery = (table: string, query: { q: string; key: string }) =>
  queryOptions({
    queryKey: ['lookup', table, 'choices', query],
    queryFn: () => take(api.GET('/lookups/{table}/choices', { params: { path: { table }, query } })),
    placeholderData: (before) => before,
  })

export const lookupHistoryQuery = (table: string) =>
  queryOptions({
    queryKey: ['lookup', table, 'history'],
    queryFn: () => take(api.GET('/audit', { params: { query: { entity: `lookup:${table}`, limit: 20 } } })),
  })

/** After an entry was saved, removed or released. */
export function refreshLookups(): void {
  for (const queryKey of [['lookups'], ['lookup']]) void queryClient.invalidateQueries({ queryKey })
}

/** After a move: whatever lists events or counts them is old. */
export function refreshLists(options?: { cancelRefetch: boolean }): void {
  for (const queryKey of [['events'], ['failures'], ['reviews'], ['overview']])
    void queryClient.invalidateQueries({ queryKey }, options)
}

export const mappingsQuery = queryOptions({
  queryKey: ['mappings'],
  queryFn: () => take(api.GET('/mappings')),
})

export const mappingQuery = (mapping: string) =>
  queryOptions({
    queryKey: ['mapping', mapping],
    queryFn: () => take(api.GET('/mappings/{mapping}', { params: { path: { mapping } } })),
  })

export const mappingSchemaQuery = (mapping: string) =>
  queryOptions({
    queryKey: ['mapping', mapping, 'schema'],
    queryFn: () => take(api.GET('/mappings/{mapping}/schema', { params: { path: { mapping } } })),
    staleTime: 60_000,
  })

/** Asked again after each change of the draft. */
export const mappingSuggestionsQuery = (mapping: string, revision: number, live: number) =>
  queryOptions({
    queryKey: ['mapping', mapping, 'suggestions', revision, live],
    queryFn: () => take(api.GET('/mappings/{mapping}/suggestions', { params: { path: { mapping } } })),
    staleTime: 60_000,
    placeholderData: (before) => before,
  })

export const mappingRecordsQuery = (mapping: string, version: number) =>
  infiniteQueryOptions({
    queryKey: ['mapping', mapping, 'records', version],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/mappings/{mapping}/versions/{version}/records', {
          params: { path: { mapping, version }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

/** What an answer says about a mapping is shown at once; the list is asked again. */
export function showMapping(mapping: Schemas['Mapping']): void {
  queryClient.setQueryData(mappingQuery(mapping.name).queryKey, mapping)
  void queryClient.invalidateQueries(mappingsQuery)
}
