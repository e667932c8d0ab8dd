import { Button, Skeleton } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, csrf, type Schemas, take } from '../api.ts'
import { ConfirmButton } from '../parts/confirm.tsx'
import { Corrections } from '../parts/corrections.tsx'
import { EventFacts } from '../parts/event-facts.tsx'
import { EventList } from '../parts/event-list.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { toast } from '../parts/toast.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { eventQuery, queryClient, refreshLists } from '../queries.ts'
import styles from './event.module.css'

type Trace = Schemas['EventTrace']
const route = getRouteApi('/activity/$id')

export function EventPage() {
  const { t } = useTranslation()
  const { id } = route.useParams()
  const trace = useQuery(eventQuery(id))
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
  const { t } = useTranslation()
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
        <Actions event={event} />
      </header>
      <div className={styles.columns}>
        <div className={styles.main}>
          <Trouble trace={trace} />
          {event.state === 'dead' && <Corrections eventId={event.id} />}
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

function Actions({ event }: { event: Schemas['Event'] }) {
  const { t } = useTranslation()
  const params = { params: { path: { id: event.id }, header: csrf } }
  const show = (trace: Trace) => {
    queryClient.setQueryData(eventQuery(event.id).queryKey, trace)
    refreshLists()
  }
  const replay = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/replay', params)),
    onSuccess: (trace) => {
      show(trace)
      toast(t('event.replayed'))
    },
    onError: (error) => toast(error.message, 'bad'),
  })
  const dismiss = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/dismiss', params)),
    onSuccess: (trace) => {
      show(trace)
      toast(t('event.dismissed'))
    },
    onError: (error) => toast(error.message, 'bad'),
  })
  const open = event.state === 'dead' || event.state === 'held'
  if (!open && event.state !== 'dismissed') return null
  return (
    <div className={styles.actions}>
      {open && (
        <ConfirmButton
          label={t('event.dismiss')}
          title={t('event.dismissTitle')}
          text={t('event.dismissText')}
          busy={dismiss.isPending}
          onConfirm={() => dismiss.mutate()}
        />
      )}
      <Button
        size="xs"
        leftSection={<Icon name="replay" size={15} />}
        loading={replay.isPending}
        onClick={() => replay.mutate()}
      >
        {t('event.replay')}
      </Button>
    </div>
  )
}

function Loading() {
  const { t } = useTranslation()
  return (
    <div className={styles.main} role="status" aria-label={t('common.loading')}>
      <Skeleton height={54} width="50%" radius="md" />
      <Skeleton height={340} radius="md" />
    </div>
  )
}
