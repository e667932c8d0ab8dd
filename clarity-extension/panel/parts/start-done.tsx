import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, csrf, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { loadsQuery, overviewQuery, queryClient, setupQuery } from '../queries.ts'
import { Button } from './button.tsx'
import { May } from './may.tsx'
import { Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import styles from './start-done.module.css'
import { complain } from './toast.tsx'
import { Verdict } from './verdict.tsx'

/** The state of everything in one sentence, and where to look from now on. */
export function StartDone() {
  const { t } = useWords()
  const navigate = useNavigate()
  const { data: overview, error, refetch } = useQuery(overviewQuery)
  const { data: loads } = useQuery(loadsQuery)
  const end = useMutation({
    mutationFn: () => take(api.PATCH('/setup', { params: { header: csrf }, body: { step: 'done', done: true } })),
    onSuccess: (setup) => {
      queryClient.setQueryData(setupQuery.queryKey, setup)
      void navigate({ to: '/' })
    },
    onError: complain,
  })
  if (error && !overview) return <Failure error={error} retry={() => void refetch()} />
  if (!overview)
    return (
      <div role="status" aria-label={t('common.loading')}>
        <Skeleton height={120} />
      </div>
    )
  const brought = loads?.items.reduce((sum, { load }) => sum + (load?.progress.done ?? 0), 0) ?? 0
  const running = loads?.items.some(({ load }) => load?.state === 'running')
  return (
    <>
      <article className={`card ${styles.card}`}>
        <Verdict overview={overview} level={2} />
        <ul className={styles.facts}>
          <li>{t('start.doneFact.orders')}</li>
          <li>{t('start.doneFact.loaded', { count: brought })}</li>
          {running && <li>{t('start.doneFact.running')}</li>}
          <li>{t('start.doneFact.attention')}</li>
        </ul>
      </article>
      <div className={styles.end}>
        <May do="patch /setup">
          <Button size="sm" loading={end.isPending} onClick={() => end.mutate()}>
            {t('start.end')}
          </Button>
        </May>
      </div>
    </>
  )
}
