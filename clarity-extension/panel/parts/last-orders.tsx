import { Link } from '@tanstack/react-router'
import type { Event, Overview } from '../api.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import { Icon } from './icon.tsx'
import styles from './last-orders.module.css'
import { Time } from './time.tsx'

/** The proof that both directions work: the newest thing that went through each. */
export function LastOrders({ overview }: { overview: Overview }) {
  const { t } = useWords()
  const { toOdoo, toClarity } = overview.lastOrders
  return (
    <section className={styles.section}>
      <h2>{t('overview.lastOrders')}</h2>
      <div className={`card ${styles.list}`}>
        <Row label={t('overview.toOdoo')} event={toOdoo} hint={t('overview.firstOrder')} />
        <Row label={t('overview.toClarity')} event={toClarity} />
      </div>
    </section>
  )
}

function Row({ label, event, hint }: { label: string; event: Event | null; hint?: string }) {
  const { t } = useWords()
  const told = useTold()
  if (!event)
    return (
      <div className={styles.row}>
        <span className={styles.label}>{label}</span>
        <span className="muted">
          {t('overview.noneYet')} {hint}
        </span>
      </div>
    )
  return (
    <Link to="/activity/$id" params={{ id: event.id }} className={`${styles.row} ${styles.linked}`}>
      <span className={styles.label}>{label}</span>
      <span className={styles.what}>
        <strong>{event.subject}</strong>{' '}
        <span className="muted">{event.message ? told(event.message) : t(`type.${event.type}`)}</span>
      </span>
      <span className={styles.when}>
        <Time at={event.settledAt ?? event.receivedAt} />
      </span>
      <Icon name="chevron" size={16} />
    </Link>
  )
}
