import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Schemas } from '../api.ts'
import { number } from '../format.ts'
import { useWords } from '../i18n.ts'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { useAge } from '../parts/time.tsx'
import { mappingsQuery } from '../queries.ts'
import styles from './mappings.module.css'

/** What becomes what: every rule set, which version maps, and what waits because of it. */
export function MappingsPage() {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(mappingsQuery)
  return (
    <>
      <title>{`${t('mappings.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <h1>{t('mappings.title')}</h1>
        <p className="muted">{t('mappings.lead')}</p>
      </header>
      {data && data.items.length === 0 && (
        <Empty icon="mappings" title={t('mappings.empty')} text={t('mappings.emptyText')} />
      )}
      {data && data.items.length > 0 && (
        <ul className={`card ${styles.list}`}>
          {data.items.map((one) => (
            <li key={one.name}>
              <Row mapping={one} />
            </li>
          ))}
        </ul>
      )}
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div role="status" aria-label={t('common.loading')}>
          <Skeleton height={320} />
        </div>
      )}
    </>
  )
}

function Row({ mapping }: { mapping: Schemas['MappingSummary'] }) {
  const { t, language } = useWords()
  const age = useAge()
  const { name, live, draft, newer, waiting } = mapping
  return (
    <Link to="/mappings/$name" params={{ name }} className={styles.row ?? ''} data-row>
      <span className={styles.what}>
        <strong>{t(`mappings.name.${name}`, { defaultValue: name })}</strong>
        <span className="muted">{t(`direction.${mapping.direction === 'toOdoo' ? 'clarity' : 'odoo'}`)}</span>
      </span>
      <span className={styles.state}>
        {t('mappings.live', { version: live.number })}
        <span className="muted">
          {live.delivered ? t('mappings.asDelivered') : t('mappings.madeBy', { by: live.by, age: age(live.at) })}
        </span>
      </span>
      <span className={styles.counts}>
        {t('mappings.rules', { count: mapping.rules })}
        <span className="muted">{t('mappings.records', { count: mapping.records })}</span>
      </span>
      <span className={styles.marks}>
        {draft && <span className={`${styles.mark} ${styles.draft}`}>{t('mappings.draftOf', { by: draft.by })}</span>}
        {newer !== null && <span className={styles.mark}>{t('mappings.newer', { version: newer })}</span>}
        {waiting > 0 && (
          <span className={`${styles.mark} ${styles.waiting}`}>
            {t('mappings.waiting', { count: waiting, shown: number(waiting, language) })}
          </span>
        )}
      </span>
    </Link>
  )
}
