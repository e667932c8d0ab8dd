import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { FailureGroup } from '../parts/failure-group.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { failuresQuery } from '../queries.ts'
import styles from './attention.module.css'

export function AttentionPage() {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(failuresQuery)
  return (
    <>
      <title>{`${t('attention.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <h1>{t('attention.title')}</h1>
        <p className="muted">{t('attention.lead')}</p>
      </header>
      {data && data.items.length === 0 && (
        <Empty icon="check" title={t('attention.empty')} text={t('attention.emptyText')} />
      )}
      {data && data.items.length > 0 && (
        <div className={styles.groups}>
          {data.items.map((group) => (
            <FailureGroup key={`${group.state} ${group.cause}`} group={group} />
          ))}
        </div>
      )}
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div className={styles.groups} role="status" aria-label={t('common.loading')}>
          <Skeleton height={170} radius="md" />
          <Skeleton height={170} radius="md" />
        </div>
      )}
    </>
  )
}
