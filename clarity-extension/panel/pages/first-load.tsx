import { useQuery } from '@tanstack/react-query'
import { useWords } from '../i18n.ts'
import { LoadCard } from '../parts/load-card.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { loadsQuery } from '../queries.ts'
import styles from './first-load.module.css'

/** What both sides have already: matched first, decided by a person where that is not certain, then brought over. */
export function FirstLoadPage() {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(loadsQuery)
  return (
    <>
      <title>{`${t('load.title')} · ${t('product')}`}</title>
      <p className="lead muted">{t('load.lead')}</p>
      {data && data.items.length === 0 && <Empty icon="inbox" title={t('load.empty')} text={t('load.emptyText')} />}
      {data && data.items.length > 0 && (
        <ol className={styles.cards}>
          {data.items.map((item) => (
            <li key={item.entity}>
              <LoadCard item={item} />
            </li>
          ))}
        </ol>
      )}
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div className={styles.cards} role="status" aria-label={t('common.loading')}>
          <Skeleton height={150} />
          <Skeleton height={110} />
          <Skeleton height={110} />
        </div>
      )}
    </>
  )
}
