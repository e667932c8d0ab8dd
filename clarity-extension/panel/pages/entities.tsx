import { useQuery } from '@tanstack/react-query'
import { useWords } from '../i18n.ts'
import { EntityCard } from '../parts/entity-card.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { entitiesQuery } from '../queries.ts'
import styles from './entities.module.css'

export function EntitiesPage() {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(entitiesQuery)
  return (
    <>
      <title>{`${t('entities.title')} · ${t('product')}`}</title>
      <p className="lead muted">{t('entities.lead')}</p>
      {data && data.items.length === 0 && (
        <Empty icon="inbox" title={t('entities.empty')} text={t('entities.emptyText')} />
      )}
      {data && data.items.length > 0 && (
        <div className={styles.cards}>
          {data.items.map((entity) => (
            <EntityCard key={entity.name} entity={entity} />
          ))}
        </div>
      )}
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div className={styles.cards} role="status" aria-label={t('common.loading')}>
          <Skeleton height={150} />
          <Skeleton height={150} />
          <Skeleton height={150} />
        </div>
      )}
    </>
  )
}
