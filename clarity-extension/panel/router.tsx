import { useQuery } from '@tanstack/react-query'
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useWords } from './i18n.ts'
import { OverviewPage } from './pages/overview.tsx'
import { Empty, Failure } from './parts/notice.tsx'
import { Shell } from './parts/shell.tsx'
import {
  connectionQuery,
  entitiesQuery,
  eventsQuery,
  failuresQuery,
  loadsQuery,
  lookupsQuery,
  mappingQuery,
  mappingsQuery,
  overviewQuery,
  queryClient,
  sessionQuery,
  setupQuery,
  sweepsQuery,
} from './queries.ts'
import { filterOf, readMappingView, readSearch } from './search.ts'
import { laterPage } from './words.ts'

const root = createRootRoute({ component: Gate, notFoundComponent: NotFound })

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  loader: () => ahead(() => queryClient.prefetchQuery(overviewQuery)),
  // In the first file: it is the page that is opened most.
  component: OverviewPage,
})

const activity = createRoute({
  getParentRoute: () => root,
  path: '/activity',
  validateSearch: readSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => ahead(() => queryClient.prefetchInfiniteQuery(eventsQuery(filterOf(deps)))),
  component: laterPage(() => import('./pages/activity.tsx'), 'ActivityPage'),
})

const event = createRoute({
  getParentRoute: () => root,
  path: '/activity/$id',
  component: laterPage(() => import('./pages/event.tsx'), 'EventPage'),
})

const attention = createRoute({
  getParentRoute: () => root,
  path: '/attention',
  component: laterPage(() => import('./pages/attention.tsx'), 'AttentionLayout'),
})

const toMend = createRoute({
  getParentRoute: () => attention,
  path: '/',
  loader: () => ahead(() => queryClient.prefetchQuery(failuresQuery)),
  component: laterPage(() => import('./pages/attention.tsx'), 'AttentionPage'),
})

const entitiesLayout = createRoute({
  getParentRoute: () => root,
  path: '/entities',
  component: laterPage(() => import('./pages/entities-layout.tsx'), 'EntitiesLayout'),
})

const entities = createRoute({
  getParentRoute: () => entitiesLayout,
  path: '/',
  loader: () => ahead(() => queryClient.prefetchQuery(entitiesQuery)),
  component: laterPage(() => import('./pages/entities.tsx'), 'EntitiesPage'),
})

const schedules = createRoute({
  getParentRoute: () => entitiesLayout,
  path: '/schedules',
  loader: () => ahead(() => queryClient.prefetchQuery(sweepsQuery)),
  component: laterPage(() => import('./pages/schedules.tsx'), 'SchedulesPage'),
})

const firstLoad = createRoute({
  getParentRoute: () => entitiesLayout,
  path: '/first-load',
  loader: () => ahead(() => queryClient.prefetchQuery(loadsQuery)),
  component: laterPage(() => import('./pages/first-load.tsx'), 'FirstLoadPage'),
})

const reconciliation = createRoute({
  getParentRoute: () => root,
  path: '/reconciliation',
  component: laterPage(() => import('./pages/reconciliation.tsx'), 'ReconciliationPage'),
})

const anomalies = createRoute({
  getParentRoute: () => root,
  path: '/anomalies',
  component: laterPage(() => import('./pages/anomalies.tsx'), 'AnomaliesPage'),
})

const mappings = createRoute({
  getParentRoute: () => root,
  path: '/mappings',
  loader: () => ahead(() => queryClient.prefetchQuery(mappingsQuery)),
  component: laterPage(() => import('./pages/mappings.tsx'), 'MappingsPage'),
})

const mapping = createRoute({
  getParentRoute: () => root,
  path: '/mappings/$name',
  validateSearch: readMappingView,
  loader: ({ params }) => ahead(() => queryClient.prefetchQuery(mappingQuery(params.name))),
  component: laterPage(() => import('./pages/mapping.tsx'), 'MappingPage'),
})

const lookups = createRoute({
  getParentRoute: () => root,
  path: '/lookups',
  loader: () => ahead(() => queryClient.prefetchQuery(lookupsQuery)),
  component: laterPage(() => import('./pages/lookups.tsx'), 'LookupsPage'),
})

const lookup = createRoute({
  getParentRoute: () => root,
  path: '/lookups/$table',
  loader: () => ahead(() => queryClient.prefetchQuery(lookupsQuery)),
  component: laterPage(() => import('./pages/lookups.tsx'), 'LookupsPage'),
})

const toDecide = createRoute({
  getParentRoute: () => attention,
  path: '/review',
  component: laterPage(() => import('./pages/review.tsx'), 'ReviewPage'),
})

const connections = createRoute({
  getParentRoute: () => root,
  path: '/connections',
  loader: () =>
    ahead(async () => {
      await Promise.all((['clarity', 'odoo'] as const).map((name) => queryClient.prefetchQuery(connectionQuery(name))))
    }),
  component: laterPage(() => import('./pages/connections.tsx'), 'ConnectionsPage'),
})

const start = createRoute({
  getParentRoute: () => root,
  path: '/start',
  loader: () => ahead(() => queryClient.prefetchQuery(setupQuery)),
  component: laterPage(() => import('./pages/start.tsx'), 'StartPage'),
})

const startStep = createRoute({
  getParentRoute: () => root,
  path: '/start/$step',
  loader: () => ahead(() => queryClient.prefetchQuery(setupQuery)),
  component: laterPage(() => import('./pages/start.tsx'), 'StartPage'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: laterPage(() => import('./pages/settings.tsx'), 'SettingsPage'),
})

const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/alerts' })
  },
})

const alerts = createRoute({
  getParentRoute: () => settings,
  path: '/alerts',
  component: laterPage(() => import('./pages/alerts.tsx'), 'AlertsPage'),
})

const users = createRoute({
  getParentRoute: () => settings,
  path: '/users',
  component: laterPage(() => import('./pages/users.tsx'), 'UsersPage'),
})

const audit = createRoute({
  getParentRoute: () => settings,
  path: '/audit',
  component: laterPage(() => import('./pages/audit.tsx'), 'AuditPage'),
})

const suggestions = createRoute({
  getParentRoute: () => settings,
  path: '/suggestions',
  component: laterPage(() => import('./pages/suggestions.tsx'), 'SuggestionsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    activity,
    event,
    entitiesLayout.addChildren([entities, schedules, firstLoad]),
    reconciliation,
    anomalies,
    mappings,
    mapping,
    lookups,
    lookup,
    connections,
    start,
    startStep,
    attention.addChildren([toMend, toDecide]),
    settings.addChildren([settingsStart, alerts, users, audit, suggestions]),
  ]),
  basepath: '/admin',
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

/** Data is asked for beside the page's code, never instead of it: a page shows its own skeleton and its own failure. */
function ahead(fetch: () => Promise<void>): void {
  if (queryClient.getQueryData(sessionQuery.queryKey)?.user) void fetch()
}

const SignIn = lazy(async () => ({ default: (await import('./pages/sign-in.tsx')).SignIn }))

/** The sign-in stands where the page will be, so that a deep link survives it. */
function Gate() {
  const { data: session, error, refetch } = useQuery(sessionQuery)
  if (session?.user) return <Shell />
  if (session)
    return (
      <Suspense>
        <SignIn />
      </Suspense>
    )
  return error ? <Failure error={error} retry={() => void refetch()} /> : null
}

function NotFound() {
  const { t } = useWords()
  return <Empty icon="search" title={t('notFound.title')} text={t('notFound.text')} />
}
