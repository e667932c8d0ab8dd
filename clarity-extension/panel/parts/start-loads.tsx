import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { loadsQuery, refreshLoads } from '../queries.ts'
import { Button } from './button.tsx'
import { LoadCard } from './load-card.tsx'
import { May } from './may.tsx'
import { Empty, Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import styles from './start-loads.module.css'
import { complain } from './toast.tsx'

type Loadable = Schemas['Loadable']

/** What both sides have already: first everything is compared and nothing written, then everything is brought over. */
export function StartLoads({ what, next }: { what: 'match' | 'load'; next: (ready: boolean) => ReactNode }) {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(loadsQuery)
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />
  if (!data)
    return (
      <div className={styles.cards} role="status" aria-label={t('common.loading')}>
        <Skeleton height={130} />
        <Skeleton height={130} />
      </div>
    )
  const items = data.items.filter(({ cause }) => cause === null)
  if (items.length === 0)
    return (
      <>
        <Empty icon="inbox" title={t('load.empty')} text={t('start.nothingToLoad')} />
        {next(true)}
      </>
    )
  const busy = items.some(({ load }) => load?.state === (what === 'match' ? 'planning' : 'running'))
  return (
    <>
      <div className={styles.all}>{what === 'match' ? <Compare items={items} /> : <Bring items={items} />}</div>
      <ol className={styles.cards}>
        {items.map((item) => (
          <li key={item.entity}>
            <LoadCard item={item} />
          </li>
        ))}
      </ol>
      {busy && <p className="muted">{t('start.goesOn')}</p>}
      {next(!(busy && what === 'match'))}
    </>
  )
}

function Compare({ items }: { items: Loadable[] }) {
  const { t } = useWords()
  const open = items.filter(({ load }) => load === null || load.state === 'failed')
  const plan = useMutation({
    mutationFn: async () => {
      for (const { entity } of open) await take(api.POST('/loads', { params: { header: csrf }, body: { entity } }))
    },
    onError: complain,
    onSettled: refreshLoads,
  })
  const planned = items.filter(({ load }) => load !== null && load.state !== 'planning')
  if (open.length === 0)
    return <p role="status">{t(planned.length === items.length ? 'start.compared' : 'start.comparing')}</p>
  return (
    <May do="post /loads">
      <Button size="sm" loading={plan.isPending} onClick={() => plan.mutate()}>
        {t('start.compare')}
      </Button>
    </May>
  )
}

function Bring({ items }: { items: Loadable[] }) {
  const { t } = useWords()
  const open = items.flatMap(({ load }) =>
    load && (load.state === 'planned' || load.state === 'cancelled') && load.progress.waiting > 0 ? [load.id] : [],
  )
  const start = useMutation({
    mutationFn: async () => {
      for (const id of open)
        await take(api.POST('/loads/{id}/{action}', { params: { path: { id, action: 'start' }, header: csrf } }))
    },
    onError: complain,
    onSettled: refreshLoads,
  })
  const undecided = items.reduce(
    (sum, { load }) => sum + (load?.open.reduce((all, { count }) => all + count, 0) ?? 0),
    0,
  )
  const running = items.some(({ load }) => load?.state === 'running' || load?.state === 'paused')
  return (
    <>
      {open.length > 0 ? (
        <May do="post /loads/{id}/{action}">
          <Button size="sm" loading={start.isPending} onClick={() => start.mutate()}>
            {t('start.bring')}
          </Button>
        </May>
      ) : (
        <p role="status">{t(running ? 'start.bringing' : 'start.brought')}</p>
      )}
      {undecided > 0 && <p className="muted">{t('start.undecided', { count: undecided })}</p>}
    </>
  )
}
