import { useQuery } from '@tanstack/react-query'
import { useWords } from '../i18n.ts'
import { Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { SweepRow } from '../parts/sweep-row.tsx'
import { sweepsQuery } from '../queries.ts'
import styles from './entities.module.css'

/** When both sides are read, how each last run ended, and "run now". */
export function SchedulesPage() {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(sweepsQuery)
  return (
    <>
      <title>{`${t('sweeps.title')} · ${t('product')}`}</title>
      <p className="lead muted">{t('sweeps.lead')}</p>
      {data && (
        <ul className={`card ${styles.list}`}>
          {data.items.map((sweep) => (
            <SweepRow key={sweep.name} sweep={sweep} />
          ))}
        </ul>
      )}
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div className={styles.cards} role="status" aria-label={t('common.loading')}>
          <Skeleton height={64} />
          <Skeleton height={64} />
          <Skeleton height={64} />
        </div>
      )}
    </>
  )
}
