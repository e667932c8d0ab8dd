import { useMutation } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Fold } from './fold.tsx'
import { Json } from './json.tsx'
import { May } from './may.tsx'
import { useSaid } from './notice.tsx'
import styles from './payload.module.css'

/** The message as it came. What is personal is hidden until asked for, and asking is logged. */
export function Payload({ trace }: { trace: Schemas['EventTrace'] }) {
  const { t } = useWords()
  const params = { params: { path: { id: trace.event.id }, header: csrf } }
  const reveal = useMutation({ mutationFn: () => take(api.POST('/events/{id}/reveal', params)) })
  const said = useSaid(reveal.error)
  const payload = reveal.data ?? trace.payload
  return (
    <Fold className={styles.payload ?? ''} line={t('event.payload')}>
      {!reveal.data && payload.masked && (
        <p className={styles.note}>
          {t('event.masked')}{' '}
          <May do="post /events/{id}/reveal">
            <button type="button" className="link" onClick={() => reveal.mutate()} disabled={reveal.isPending}>
              {t('event.reveal')}
            </button>
          </May>{' '}
          {t('event.revealNote')}
        </p>
      )}
      {reveal.isError && (
        <p role="alert">
          {said.title} {said.remedy}
        </p>
      )}
      <Json value={payload.body} label={t('event.payload')} />
    </Fold>
  )
}
