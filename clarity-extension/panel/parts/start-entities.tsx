import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useWords } from '../i18n.ts'
import { entitiesQuery } from '../queries.ts'
import { EntityCard } from './entity-card.tsx'
import { Empty, Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import styles from './start-loads.module.css'

/** What goes across, and whose fields are whose: as delivered it suits most shops. */
export function StartEntities({ next }: { next: (ready: boolean) => ReactNode }) {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(entitiesQuery)
  if (data)
    return (
      <>
        {data.items.length === 0 && <Empty icon="inbox" title={t('entities.empty')} text={t('entities.emptyText')} />}
        <div className={styles.cards}>
          {data.items.map((entity) => (
            <EntityCard key={entity.name} entity={entity} />
          ))}
        </div>
        {next(true)}
      </>
    )
  if (error) return <Failure error={error} retry={() => void refetch()} />
  return (
    <div className={styles.cards} role="status" aria-label={t('common.loading')}>
      <Skeleton height={130} />
      <Skeleton height={130} />
    </div>
  )
}
