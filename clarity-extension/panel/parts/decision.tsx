import { TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { eventQuery, queryClient, refreshLists, sessionQuery } from '../queries.ts'
import { Button } from './button.tsx'
import styles from './decision.module.css'
import { May } from './may.tsx'
import { Time } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Trace = Schemas['EventTrace']

/** Who looks at a held event and what was said about it. */
export function Decision({ trace }: { trace: Trace }) {
  const { t } = useWords()
  const { event, review } = trace
  const { data: session } = useQuery(sessionQuery)
  const [text, setText] = useState('')
  const params = { params: { path: { id: event.id }, header: csrf } }
  const after = {
    onSuccess: (next: Trace) => queryClient.setQueryData(eventQuery(event.id).queryKey, next),
    onError: complain,
  }
  const assign = useMutation({
    mutationFn: (assignee: string | null) => take(api.POST('/events/{id}/assign', { ...params, body: { assignee } })),
    ...after,
  })
  const comment = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/comments', { ...params, body: { text: text.trim() } })),
    onSuccess: (next: Trace) => {
      after.onSuccess(next)
      setText('')
    },
    onError: after.onError,
  })
  if (event.state !== 'held' && review.comments.length === 0) return null
  const me = session?.user?.name ?? ''
  return (
    <section className={`card ${styles.decision}`} aria-label={t('decision.title')}>
      <div className={styles.head}>
        <h2>{t('decision.title')}</h2>
        {event.state === 'held' && (
          <p className={styles.assignee}>
            <span className="muted">
              {review.assignee ? t('decision.assigned', { who: review.assignee }) : t('decision.nobody')}
            </span>
            <May do="post /events/{id}/assign">
              <Button
                variant="default"
                size="compact-xs"
                loading={assign.isPending}
                onClick={() => assign.mutate(review.assignee === me ? null : me)}
              >
                {t(review.assignee === me ? 'decision.release' : 'decision.take')}
              </Button>
            </May>
          </p>
        )}
      </div>
      {review.comments.length > 0 && (
        <ul className={styles.comments}>
          {review.comments.map((one) => (
            <li key={`${one.at} ${one.text}`}>
              <p className="muted">
                {one.who} · <Time at={one.at} />
              </p>
              <p>{one.text}</p>
            </li>
          ))}
        </ul>
      )}
      <May do="post /events/{id}/comments">
        <form
          className={styles.form}
          onSubmit={(submitted) => {
            submitted.preventDefault()
            if (text.trim()) comment.mutate()
          }}
        >
          <TextInput
            aria-label={t('decision.comment')}
            placeholder={t('decision.comment')}
            value={text}
            maxLength={2000}
            onChange={(change) => setText(change.currentTarget.value)}
          />
          <Button variant="default" size="sm" type="submit" loading={comment.isPending} disabled={!text.trim()}>
            {t('decision.say')}
          </Button>
        </form>
      </May>
    </section>
  )
}

/** Takes what the event is held for. Only where an approval can do something about it. */
export function ApproveButton({ trace }: { trace: Trace }) {
  const { t } = useWords()
  const { event, review } = trace
  const approve = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/approve', { params: { path: { id: event.id }, header: csrf } })),
    onSuccess: (next) => {
      queryClient.setQueryData(eventQuery(event.id).queryKey, next)
      refreshLists()
      toast(t('decision.approved'))
    },
    onError: complain,
  })
  if (!review.approvable) return null
  return (
    <May do="post /events/{id}/approve">
      <Button size="xs" loading={approve.isPending} onClick={() => approve.mutate()}>
        {t(event.cause === 'totals_differ' ? 'decision.acceptDifference' : 'decision.approve')}
      </Button>
    </May>
  )
}
