import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { ConnectionCard } from '../parts/connection-card.tsx'
import { ConnectionKeys } from '../parts/connection-keys.tsx'
import { ConnectionSettings } from '../parts/connection-settings.tsx'
import { Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { connectionQuery } from '../queries.ts'
import { useTold } from '../told.ts'
import styles from './connections.module.css'

const names = ['clarity', 'odoo'] as const

export function ConnectionsPage() {
  const { t } = useWords()
  return (
    <>
      <title>{`${t('connections.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <div>
          <h1>{t('connections.title')}</h1>
          <p className="muted">{t('connections.lead')}</p>
        </div>
        <Link to="/start/$step" params={{ step: 'odoo' }} className="link">
          {t('pairing.link')}
        </Link>
      </header>
      <div className={styles.pair}>
        {names.map((name) => (
          <Side key={name} name={name} />
        ))}
      </div>
    </>
  )
}

function Side({ name }: { name: Schemas['ConnectionName'] }) {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(connectionQuery(name))
  if (data)
    return (
      <section className={styles.side} aria-label={data.connection.label}>
        <ConnectionCard connection={data.connection} />
        <Circuit detail={data} />
        <ConnectionKeys detail={data} />
        <ConnectionSettings key={JSON.stringify(data.fields)} detail={data} />
      </section>
    )
  if (error) return <Failure error={error} retry={() => void refetch()} />
  return (
    <div className={styles.side} role="status" aria-label={t('common.loading')}>
      <Skeleton height={140} />
      <Skeleton height={90} />
      <Skeleton height={150} />
      <Skeleton height={320} />
    </div>
  )
}

function Circuit({ detail: { connection, circuit, lastError } }: { detail: Schemas['ConnectionDetail'] }) {
  const { t } = useWords()
  const told = useTold()
  return (
    <article className={`card ${styles.block}`}>
      <h3>{t('connections.health')}</h3>
      <p>{t(connection.state === 'paused' ? 'connections.paused' : `connections.circuit.${circuit}`)}</p>
      {lastError ? (
        <div className={styles.error}>
          <p>
            <strong>{t(`cause.${lastError.cause}`, { defaultValue: lastError.cause })}</strong>
            <span className="muted">
              {' · '}
              <Time at={lastError.at} />
            </span>
          </p>
          <p className={styles.said}>{told(lastError.message)}</p>
          <p>{t(`remedy.${lastError.cause}`, { defaultValue: lastError.remedy })}</p>
        </div>
      ) : (
        <p className="muted">{t('connections.noError')}</p>
      )}
    </article>
  )
}
