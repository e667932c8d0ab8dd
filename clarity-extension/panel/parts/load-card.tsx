import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { number } from '../format.ts'
import { useWords } from '../i18n.ts'
import { refreshLoads } from '../queries.ts'
import { useTold } from '../told.ts'
import { Button } from './button.tsx'
import styles from './load-card.module.css'
import { LoadConflicts } from './load-conflicts.tsx'
import { LoadProgress } from './load-progress.tsx'
import { LoadRows, type Shown } from './load-rows.tsx'
import { May } from './may.tsx'
import { Time } from './time.tsx'
import { complain } from './toast.tsx'

type Loadable = Schemas['Loadable']
type Load = Schemas['Load']
type Verdict = Schemas['LoadVerdict']

/** One entity: its dry run, what it found, and how far bringing it over is. */
export function LoadCard({ item }: { item: Loadable }) {
  const { t } = useWords()
  const title = useId()
  const [shown, setShown] = useState<Shown | undefined>()
  const { load } = item
  return (
    <article className={`card ${styles.card}`} aria-labelledby={title}>
      <header className={styles.head}>
        <div>
          <h2 id={title}>{t(`entity.${item.entity}`)}</h2>
          <span className={`muted ${styles.fact}`}>{t(`entities.way.${item.direction}`)}</span>
        </div>
        <Actions item={item} />
      </header>
      {item.cause && <p className={`muted ${styles.fact}`}>{t(`load.cause.${item.cause}`)}</p>}
      {!load && !item.cause && <p className={`muted ${styles.fact}`}>{t('load.none')}</p>}
      {load && <Status load={load} />}
      {load && load.state !== 'planning' && load.state !== 'failed' && (
        <>
          <LoadProgress load={load} show={setShown} />
          <Counts load={load} shown={shown} show={setShown} />
          <LoadConflicts load={load} show={setShown} />
          {shown && <LoadRows load={load} shown={shown} close={() => setShown(undefined)} />}
        </>
      )}
    </article>
  )
}

/** What it is doing now. */
function Status({ load }: { load: Load }) {
  const { t } = useWords()
  const told = useTold()
  return (
    <p className={styles.status} role="status" data-state={load.state}>
      <strong>{t(`load.state.${load.state}`)}</strong>
      <span className="muted">
        {' · '}
        <Time at={load.finishedAt ?? load.startedAt ?? load.madeAt} />
        {load.message && ` · ${told(load.message)}`}
        {load.reading && ` · ${t(`load.reading.${load.reading.side}`, { count: load.reading.count })}`}
      </span>
    </p>
  )
}

const VERDICTS: readonly Verdict[] = ['new', 'linked', 'conflict', 'skipped']

function Counts({ load, shown, show }: { load: Load; shown: Shown | undefined; show: (what: Shown) => void }) {
  const { t, language } = useWords()
  return (
    <ul className={styles.counts} aria-label={t('load.found')}>
      {VERDICTS.map((verdict) => (
        <li key={verdict}>
          <button
            type="button"
            className={styles.count}
            data-verdict={load.counts[verdict] > 0 ? verdict : undefined}
            aria-pressed={shown !== undefined && 'verdict' in shown && shown.verdict === verdict}
            onClick={() => show({ verdict })}
          >
            <span className={`number ${styles.figure}`}>{number(load.counts[verdict], language)}</span>
            <span>{t(`load.verdict.${verdict}`)}</span>
            <span className={`muted ${styles.hint}`}>{t(`load.hint.${verdict}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

type Action = 'start' | 'pause' | 'resume' | 'cancel' | 'retry'

/** What a person may do in each state, the next step first. */
function actionsOf({ state, progress }: Load): Action[] {
  switch (state) {
    case 'planning':
      return ['cancel']
    case 'planned':
      return progress.waiting > 0 ? ['start'] : []
    case 'running':
      return ['pause', 'cancel']
    case 'paused':
      return ['resume', 'cancel']
    case 'done':
    case 'cancelled':
      return [...(progress.waiting > 0 ? ['start' as const] : []), ...(progress.failed > 0 ? ['retry' as const] : [])]
    case 'failed':
      return []
  }
}

function Actions({ item }: { item: Loadable }) {
  const { t } = useWords()
  const { load, entity, cause } = item
  const name = t(`entity.${entity}`)
  const act = useMutation({
    mutationFn: ({ id, action }: { id: string; action: Action }) =>
      take(api.POST('/loads/{id}/{action}', { params: { path: { id, action }, header: csrf } })),
    onError: complain,
    onSettled: refreshLoads,
  })
  const plan = useMutation({
    mutationFn: () => take(api.POST('/loads', { params: { header: csrf }, body: { entity } })),
    onError: complain,
    onSettled: refreshLoads,
  })
  const mayPlan = cause === null && !['planning', 'running', 'paused'].includes(load?.state ?? '')
  return (
    <May do="post /loads">
      <div className={styles.actions}>
        {load &&
          actionsOf(load).map((action, index) => (
            <Button
              key={action}
              size="xs"
              variant={index === 0 && action !== 'cancel' && action !== 'pause' ? 'filled' : 'default'}
              disabled={act.isPending}
              aria-label={`${t(`load.action.${action}`)}: ${name}`}
              onClick={() => act.mutate({ id: load.id, action })}
            >
              {t(`load.action.${action}`)}
            </Button>
          ))}
        {mayPlan && (
          <Button
            size="xs"
            variant={load ? 'default' : 'filled'}
            loading={plan.isPending}
            aria-label={`${t(load ? 'load.planAgain' : 'load.plan')}: ${name}`}
            onClick={() => plan.mutate()}
          >
            {t(load ? 'load.planAgain' : 'load.plan')}
          </Button>
        )}
      </div>
    </May>
  )
}
