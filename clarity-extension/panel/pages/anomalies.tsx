import { Switch } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useAddress } from '../address.ts'
import { useWords } from '../i18n.ts'
import { AnomalyChart } from '../parts/anomaly-chart.tsx'
import { AnomalyRow } from '../parts/anomaly-row.tsx'
import { AnomalyRules } from '../parts/anomaly-rules.tsx'
import { Button } from '../parts/button.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { anomaliesQuery } from '../queries.ts'
import styles from './anomalies.module.css'

/** What was out of the ordinary, the hours it stands out of, and what is to be done about the like. */
export function AnomaliesPage() {
  const { t } = useWords()
  const [given, change] = useAddress()
  const open = given.get('show') !== 'all'
  const series = given.get('series') ?? 'orders'
  const setSeries = (next: string) => change({ series: next })
  const anomalies = useInfiniteQuery(anomaliesQuery(open))
  const items = anomalies.data?.pages.flatMap((page) => page.items) ?? []
  const learning = anomalies.data?.pages[0]?.learningHours ?? 0
  return (
    <>
      <title>{`${t('anomalies.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <div>
          <h1>{t('anomalies.title')}</h1>
          <p className="muted">{t('anomalies.lead')}</p>
        </div>
        <Switch
          label={t('anomalies.onlyOpen')}
          checked={open}
          onChange={(event) => change({ show: event.currentTarget.checked ? '' : 'all' })}
        />
      </header>
      {learning > 0 && (
        <p className={styles.learning} role="note">
          {t('anomalies.learning', { count: Math.ceil(learning / 24) })}
        </p>
      )}
      <AnomalyChart series={series} onSeries={setSeries} />
      {anomalies.isPending && (
        <div className={styles.bones} role="status" aria-label={t('common.loading')}>
          <Skeleton height={84} />
          <Skeleton height={84} />
        </div>
      )}
      {anomalies.isError && items.length === 0 && (
        <Failure error={anomalies.error} retry={() => void anomalies.refetch()} />
      )}
      {anomalies.isSuccess && items.length === 0 && (
        <Empty icon="check" title={t('anomalies.empty')} text={t('anomalies.emptyText')} />
      )}
      {items.length > 0 && (
        <ul className={`card ${styles.list}`} aria-label={t('anomalies.title')}>
          {items.map((anomaly) => (
            <AnomalyRow key={anomaly.id} anomaly={anomaly} onSeries={setSeries} />
          ))}
        </ul>
      )}
      {anomalies.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          className="more"
          loading={anomalies.isFetchingNextPage}
          onClick={() => void anomalies.fetchNextPage()}
        >
          {t('anomalies.more')}
        </Button>
      )}
      <AnomalyRules />
    </>
  )
}
