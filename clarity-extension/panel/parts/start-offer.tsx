import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, csrf, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { queryClient, setupQuery } from '../queries.ts'
import { Icon } from './icon.tsx'
import { useMissing } from './may.tsx'
import styles from './start-offer.module.css'
import { complain } from './toast.tsx'

/** The first steps, offered to whoever may take them until they are done or waved away. */
export function StartOffer() {
  const { t } = useWords()
  const missing = useMissing()('patch /setup')
  const { data: setup } = useQuery(setupQuery)
  const dismiss = useMutation({
    mutationFn: () => take(api.PATCH('/setup', { params: { header: csrf }, body: { done: true } })),
    onSuccess: (changed) => queryClient.setQueryData(setupQuery.queryKey, changed),
    onError: complain,
  })
  if (!setup || setup.done || missing) return null
  return (
    <section className={`card ${styles.offer}`} aria-label={t('offer.title')}>
      <div className={styles.text}>
        <h2>{t('offer.title')}</h2>
        <p className="muted">{t('offer.text')}</p>
      </div>
      <div className={styles.ways}>
        <button type="button" className={styles.away} disabled={dismiss.isPending} onClick={() => dismiss.mutate()}>
          {t('offer.notNow')}
        </button>
        <Link to="/start" className={styles.go ?? ''}>
          {t(setup.step === 'clarity' ? 'offer.begin' : 'offer.goOn')}
          <Icon name="chevron" size={14} />
        </Link>
      </div>
    </section>
  )
}
