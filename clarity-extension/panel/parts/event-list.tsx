import { Link } from '@tanstack/react-router'
import type { Event } from '../api.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import styles from './event-list.module.css'
import { Icon } from './icon.tsx'
import { Skeleton } from './skeleton.tsx'
import { State } from './state.tsx'
import { Time, useAge } from './time.tsx'

/** Events as rows; each row is one link. @param stale another list is on its way */
export function EventList({ events, stale = false }: { events: Event[]; stale?: boolean }) {
  const { t } = useWords()
  return (
    <div className={`card ${styles.list}`} data-stale={stale} aria-busy={stale}>
      <div className={styles.columns} aria-hidden="true">
        <span>{t('activity.columnState')}</span>
        <span>{t('activity.columnSubject')}</span>
        <span>{t('activity.columnWhat')}</span>
        <span>{t('activity.columnResult')}</span>
        <span>{t('activity.columnWhen')}</span>
      </div>
      <ul>
        {events.map((event) => (
          <li key={event.id}>
            <EventRow event={event} />
          </li>
        ))}
      </ul>
    </div>
  )
}

export function EventRow({ event }: { event: Event }) {
  const { t } = useWords()
  const result = useResult(event)
  return (
    <Link to="/activity/$id" params={{ id: event.id }} className={styles.row ?? ''} data-row>
      <span className={styles.state}>
        <State state={event.state} />
      </span>
      <strong className={styles.subject}>{event.subject}</strong>
      <span className={styles.what}>
        <Direction event={event} />
        {t(`type.${event.type}`, { defaultValue: event.type })}
      </span>
      <span className={styles.result} title={result}>
        {result}
      </span>
      <span className={styles.when}>
        <Time at={event.receivedAt} />
      </span>
    </Link>
  )
}

function Direction({ event }: { event: Event }) {
  const { t } = useWords()
  return (
    <span className={styles.direction} data-source={event.source} title={t(`direction.${event.source}`)}>
      <Icon name="skip" size={14} />
      <span className="hidden">{t(`direction.${event.source}`)}</span>
    </span>
  )
}

function useResult(event: Event): string {
  const { t } = useWords()
  const told = useTold()
  const age = useAge()
  if (event.state === 'ready' && event.attempts > 0 && event.dueAt)
    return `${event.message ? told(event.message) : t(`cause.${event.cause}`, { defaultValue: '' })} ${t('activity.nextTry', { when: age(event.dueAt) })}`.trim()
  if (event.message) return told(event.message)
  return event.cause ? t(`cause.${event.cause}`, { defaultValue: event.cause }) : ''
}

export function EventListSkeleton() {
  const { t } = useWords()
  return (
    <div className={`card ${styles.list}`} role="status" aria-label={t('common.loading')}>
      {Array.from({ length: 10 }, (_, index) => index).map((index) => (
        <div key={index} className={styles.bones}>
          <Skeleton height={14} width={84} />
          <Skeleton height={14} width={64} />
          <Skeleton height={14} />
        </div>
      ))}
    </div>
  )
}
