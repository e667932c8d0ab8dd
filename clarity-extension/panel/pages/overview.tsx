import { useQuery } from '@tanstack/react-query'
import type { Overview } from '../api.ts'
import { useWords } from '../i18n.ts'
import { ConnectionCard } from '../parts/connection-card.tsx'
import { LastOrders } from '../parts/last-orders.tsx'
import { Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { StartOffer } from '../parts/start-offer.tsx'
import { Throughput } from '../parts/throughput.tsx'
import { Tiles } from '../parts/tiles.tsx'
import { Verdict } from '../parts/verdict.tsx'
import { overviewQuery } from '../queries.ts'
import styles from './overview.module.css'

export function OverviewPage() {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(overviewQuery)
  return (
    <>
      <title>{`${t('overview.title')} · ${t('product')}`}</title>
      {data ? (
        <Content overview={data} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </>
  )
}

function Content({ overview }: { overview: Overview }) {
  const { t } = useWords()
  return (
    <div className={styles.page}>
      <StartOffer />
      <Verdict overview={overview} />
      <section aria-label={t('overview.connections')} className={styles.pair}>
        {overview.connections.map((connection) => (
          <ConnectionCard key={connection.name} connection={connection} />
        ))}
      </section>
      <Tiles overview={overview} />
      <Throughput overview={overview} />
      <LastOrders overview={overview} />
    </div>
  )
}

function Loading() {
  const { t } = useWords()
  return (
    <div className={styles.page} role="status" aria-label={t('common.loading')}>
      <Skeleton height={58} width="60%" />
      <div className={styles.pair}>
        <Skeleton height={128} />
        <Skeleton height={128} />
      </div>
      <Skeleton height={92} />
      <Skeleton height={300} />
    </div>
  )
}
