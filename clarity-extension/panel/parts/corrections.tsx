import { useMutation, useQuery } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { shown } from '../format.ts'
import { useWords } from '../i18n.ts'
import { correctionsQuery, eventQuery, queryClient, refreshLists, refreshLookups } from '../queries.ts'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'
import styles from './corrections.module.css'
import { May } from './may.tsx'
import { Reasons } from './reasons.tsx'
import { complain, toast } from './toast.tsx'

type Correction = Schemas['Correction']

/**
 * What a dead letter probably meant, with a proof before it is taken. Where nothing is likely, nothing is said.
 * @param count events that wait for the same; absent for one event by itself
 */
export function Corrections({ eventId, count }: { eventId: string; count?: number }) {
  const { t } = useWords()
  const { data } = useQuery(correctionsQuery(eventId))
  if (!data || data.items.length === 0) return null
  const within = count !== undefined
  const items = within ? data.items.slice(0, 1) : data.items
  return (
    <section className={within ? styles.inner : `card ${styles.box}`} aria-label={t('corrections.title')}>
      {!within && <h2>{t('corrections.title')}</h2>}
      <ul>
        {items.map((correction) => (
          <Item
            key={`${correction.value} ${correction.replacement}`}
            eventId={eventId}
            correction={correction}
            count={count}
          />
        ))}
      </ul>
    </section>
  )
}

function Item(props: { eventId: string; correction: Correction; count: number | undefined }) {
  const { eventId, correction, count } = props
  const { value, replacement, how, confidence, reasons } = correction
  const { t } = useWords()
  const params = { path: { id: eventId }, header: csrf }
  const body = { value, replacement, alike: count !== undefined }
  const onError = complain
  const prove = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/corrections/try', { params, body })),
    onError,
  })
  const accept = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/corrections/take', { params, body })),
    onSuccess: ({ moved }) => {
      refreshLists()
      refreshLookups()
      void queryClient.invalidateQueries(eventQuery(eventId))
      toast(t('corrections.taken', { count: moved }))
    },
    onError,
  })
  const reject = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/corrections/reject', { params, body })),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['corrections'] })
      toast(t('corrections.refused'))
    },
    onError,
  })
  const what = { value, replacement }
  const taking = t(how.kind === 'entry' ? 'corrections.takeEntry' : 'corrections.take', {
    count: Math.max(1, prove.data?.preview.tried ?? 1),
  })
  return (
    <li className={styles.item}>
      <p>
        {t('corrections.meant', { value })} <Copy value={replacement} what={replacement} />{' '}
        <span className="muted">{t('corrections.sure', { percent: Math.round(confidence * 100) })}</span>
      </p>
      <Reasons reasons={reasons} />
      {prove.data && <Proof trial={prove.data} entry={how.kind === 'entry'} />}
      <May do="post /events/{id}/corrections/take">
        <div className={styles.actions}>
          {prove.data ? (
            <Button
              size="xs"
              loading={accept.isPending}
              aria-label={`${taking}: ${t('corrections.inPlace', what)}`}
              onClick={() => accept.mutate()}
            >
              {taking}
            </Button>
          ) : (
            <Button
              size="xs"
              variant="default"
              loading={prove.isPending}
              aria-label={`${t('corrections.prove')}: ${t('corrections.inPlace', what)}`}
              onClick={() => prove.mutate()}
            >
              {t('corrections.prove')}
            </Button>
          )}
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            loading={reject.isPending}
            aria-label={t('corrections.rejectWhat', what)}
            onClick={() => reject.mutate()}
          >
            {t('corrections.reject')}
          </Button>
        </div>
      </May>
    </li>
  )
}

/** What would be written otherwise, shown once: the others are alike. */
function Proof({ trial, entry }: { trial: Schemas['CorrectionTrial']; entry: boolean }) {
  const { t } = useWords()
  const [first] = trial.preview.items
  const said = entry ? 'corrections.wouldRelease' : 'corrections.wouldCorrect'
  return (
    <div className={styles.proof} role="status">
      <p>{t(said, { count: entry ? trial.released : trial.preview.tried })}</p>
      {first && (
        <ul>
          {first.changes.slice(0, 6).map(({ at, before, after }) => (
            <li key={at}>
              <code>{at}</code> <del>{shown(before)}</del> <ins>{shown(after)}</ins>
            </li>
          ))}
        </ul>
      )}
      {trial.preview.broken > 0 && (
        <p className={styles.bad}>{t('corrections.wouldFail', { count: trial.preview.broken })}</p>
      )}
    </div>
  )
}
