import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { CorrectButton } from '../parts/correction.tsx'
import { Corrections } from '../parts/corrections.tsx'
import { ApproveButton, Decision } from '../parts/decision.tsx'
import { EventFacts } from '../parts/event-facts.tsx'
import { EventList } from '../parts/event-list.tsx'
import { Icon } from '../parts/icon.tsx'
import { Json } from '../parts/json.tsx'
import { May } from '../parts/may.tsx'
import { Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { toast } from '../parts/toast.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { WaysOut } from '../parts/ways-out.tsx'
import { eventQuery, queryClient, refreshLists } from '../queries.ts'
import { remember } from '../recent.ts'
import styles from './event.module.css'

type Trace = Schemas['EventTrace']
const route = getRouteApi('/activity/$id')

export function EventPage() {
  const { t } = useWords()
  const { id } = route.useParams()
  const trace = useQuery(eventQuery(id))
  const { subject, type } = trace.data?.event ?? {}
  const label = subject && `${subject} · ${t(`type.${type}`, { defaultValue: type ?? '' })}`
  useEffect(() => {
    if (label) remember({ to: `/activity/${id}`, label })
  }, [id, label])
  return (
    <>
      <title>{`${trace.data?.event.subject ?? id} · ${t('product')}`}</title>
      <Link to="/activity" className={styles.back ?? ''}>
        <Icon name="chevron" size={15} />
        {t('event.back')}
      </Link>
      {trace.data ? (
        <Content key={id} trace={trace.data} />
      ) : trace.isError ? (
        <Failure error={trace.error} retry={() => void trace.refetch()} />
      ) : (
        <Loading />
      )}
    </>
  )
}

function Content({ trace }: { trace: Trace }) {
  const { t } = useWords()
  const { event, related } = trace
  return (
    <>
      <header className={styles.head}>
        <div>
          <h1>
            {event.subject} <span className={styles.kind}>{t(`type.${event.type}`, { defaultValue: event.type })}</span>
          </h1>
          <State state={event.state} />
        </div>
        <Actions trace={trace} />
      </header>
      <div className={styles.columns}>
        <div className={styles.main}>
          <Trouble trace={trace} />
          {event.state === 'dead' && <Corrections eventId={event.id} />}
          <Decision trace={trace} />
          {trace.correction && <Corrected correction={trace.correction} />}
          <section>
            <h2 className={styles.title}>{t('event.timeline')}</h2>
            <Timeline trace={trace} />
          </section>
        </div>
        <EventFacts trace={trace} />
      </div>
      {related.length > 0 && (
        <section className={styles.related}>
          <h2 className={styles.title}>
            {t(event.lane.startsWith('order:') ? 'event.related' : 'event.relatedProduct')}
          </h2>
          <EventList events={related} />
        </section>
      )}
    </>
  )
}

function Actions({ trace }: { trace: Trace }) {
  const { t } = useWords()
  const { event } = trace
  const params = { params: { path: { id: event.id }, header: csrf } }
  const open = event.state === 'dead' || event.state === 'held'
  if (!open && event.state !== 'dismissed') return null
  return (
    <div className={styles.actions}>
      {open && event.type !== 'stock.changed' && <CorrectButton event={event} />}
      <May do="post /events/{id}/replay">
        <WaysOut<Trace>
          words={{
            replay: t('event.replay'),
            dismiss: t(event.state === 'held' ? 'decision.reject' : 'event.dismiss'),
            title: t('event.dismissTitle'),
            text: t('event.dismissText'),
          }}
          replay={() => take(api.POST('/events/{id}/replay', params))}
          dismiss={
            open ? (reason) => take(api.POST('/events/{id}/dismiss', { ...params, body: { reason } })) : undefined
          }
          quiet={trace.review.approvable}
          onDone={(next, which) => {
            queryClient.setQueryData(eventQuery(event.id).queryKey, next)
            refreshLists()
            toast(t(`event.${which}`))
          }}
        />
      </May>
      <ApproveButton trace={trace} />
    </div>
  )
}

function Corrected({ correction }: { correction: NonNullable<Trace['correction']> }) {
  const { t } = useWords()
  return (
    <section aria-label={t('correction.section')}>
      <h2 className={styles.title}>{t('correction.section')}</h2>
      <p className="muted">
        {t('correction.by', { who: correction.by })} · <Time at={correction.at} />
      </p>
      <details>
        <summary>{t('correction.message')}</summary>
        <Json value={correction.payload.body} label={t('correction.message')} />
      </details>
    </section>
  )
}

function Loading() {
  const { t } = useWords()
  return (
    <div className={styles.main} role="status" aria-label={t('common.loading')}>
      <Skeleton height={54} width="50%" />
      <Skeleton height={340} />
    </div>
  )
}
