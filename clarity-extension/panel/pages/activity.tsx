import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useWords } from '../i18n.ts'
import { ActivityFilter } from '../parts/activity-filter.tsx'
import { Button } from '../parts/button.tsx'
import { EventList, EventListSkeleton } from '../parts/event-list.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { eventsQuery } from '../queries.ts'
import { filterOf } from '../search.ts'
import styles from './activity.module.css'

const route = getRouteApi('/activity')

export function ActivityPage() {
  const { t } = useWords()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const events = useInfiniteQuery(eventsQuery(filterOf(search)))
  const items = events.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = Object.keys(search).length > 0
  const count = items.length
  return (
    <>
      <title>{`${t('activity.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <h1>{t('activity.title')}</h1>
        <p className={styles.keys}>
          <kbd>j</kbd> <kbd>k</kbd> {t('activity.keys')} <kbd>↵</kbd> {t('activity.open')} <kbd>/</kbd>{' '}
          {t('activity.searchKey')} <kbd>?</kbd> {t('activity.allKeys')}
        </p>
      </header>
      <ActivityFilter search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      {events.isPending ? (
        <EventListSkeleton />
      ) : events.isError && items.length === 0 ? (
        <Failure error={events.error} retry={() => void events.refetch()} />
      ) : items.length === 0 ? (
        filtered ? (
          <Empty
            icon="search"
            title={t('activity.noMatch')}
            text={t('activity.noMatchText')}
            action={
              <Button variant="default" size="sm" onClick={() => void navigate({ search: {} })}>
                {t('activity.reset')}
              </Button>
            }
          />
        ) : (
          <Empty icon="inbox" title={t('activity.empty')} text={t('activity.emptyText')} />
        )
      ) : (
        <>
          <EventList events={items} stale={events.isPlaceholderData} />
          <footer className={styles.foot}>
            <span className="muted" aria-live="polite">
              {events.hasNextPage ? t('activity.countMore', { count }) : t('activity.count', { count })}
            </span>
            {events.hasNextPage && (
              <Button
                variant="default"
                size="sm"
                loading={events.isFetchingNextPage}
                onClick={() => void events.fetchNextPage()}
              >
                {t('activity.more')}
              </Button>
            )}
          </footer>
        </>
      )}
    </>
  )
}
