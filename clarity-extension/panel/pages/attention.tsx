import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useWords } from '../i18n.ts'
import { FailureGroup } from '../parts/failure-group.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { ReplayRange } from '../parts/replay-range.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { failuresQuery, overviewQuery } from '../queries.ts'
import styles from './attention.module.css'

/** What waits for a person: records to mend, and decisions to make. */
export function AttentionLayout() {
  const { t } = useWords()
  const { data: overview } = useQuery(overviewQuery)
  return (
    <>
      <title>{`${t('attention.title')} · ${t('product')}`}</title>
      <Tabs
        title={t('attention.title')}
        label={t('attention.tabs')}
        tabs={[
          { to: '/attention', label: t('attention.toMend'), count: overview?.counts.failed ?? 0 },
          { to: '/attention/review', label: t('attention.toDecide'), count: overview?.counts.held ?? 0 },
        ]}
      />
      <Outlet />
    </>
  )
}

export function AttentionPage() {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(failuresQuery)
  return (
    <>
      <p className="lead muted">{t('attention.lead')}</p>
      {data && data.items.length === 0 && (
        <Empty icon="check" title={t('attention.empty')} text={t('attention.emptyText')} />
      )}
      {data && data.items.length > 0 && (
        <div className={styles.groups}>
          {data.items.map((group) => (
            <FailureGroup key={`${group.state} ${group.cause} ${group.field} ${group.value}`} group={group} />
          ))}
          {data.total > data.items.length && (
            <p className="muted">{t('attention.moreGroups', { count: data.total - data.items.length })}</p>
          )}
          <ReplayRange />
        </div>
      )}
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div className={styles.groups} role="status" aria-label={t('common.loading')}>
          <Skeleton height={170} />
          <Skeleton height={170} />
        </div>
      )}
    </>
  )
}
