import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useId, useRef } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { May } from '../parts/may.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { StartConnection } from '../parts/start-connection.tsx'
import { StartDone } from '../parts/start-done.tsx'
import { StartEntities } from '../parts/start-entities.tsx'
import { StartLoads } from '../parts/start-loads.tsx'
import { complain } from '../parts/toast.tsx'
import { queryClient, setupQuery } from '../queries.ts'
import styles from './start.module.css'

type Step = Schemas['SetupStep']
const steps: readonly Step[] = ['clarity', 'odoo', 'entities', 'match', 'load', 'done']

/** From nothing to the first order: each step has an address of its own, and the furthest one is remembered by the bridge. */
export function StartPage() {
  const { t } = useWords()
  const { step: asked } = useParams({ strict: false })
  const { data: setup, error, refetch } = useQuery(setupQuery)
  const step = asked === undefined ? setup?.step : steps.find((one) => one === asked)
  return (
    <>
      <title>{`${t('offer.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <h1>{t('offer.title')}</h1>
        <p className="muted">{t('start.lead')}</p>
      </header>
      {setup && step && <Wizard key={step} step={step} setup={setup} />}
      {setup && !step && (
        <Empty icon="search" title={t('notFound.title')} text={t('start.noStep')} action={<Begin />} />
      )}
      {!setup && error && <Failure error={error} retry={() => void refetch()} />}
      {!setup && !error && (
        <div className={styles.loading} role="status" aria-label={t('common.loading')}>
          <Skeleton height={44} />
          <Skeleton height={220} />
        </div>
      )}
    </>
  )
}

function Begin() {
  const { t } = useWords()
  return (
    <Link to="/start" className="link">
      {t('offer.begin')}
    </Link>
  )
}

function Wizard({ step, setup }: { step: Step; setup: Schemas['Setup'] }) {
  const { t } = useWords()
  const title = useId()
  const heading = useRef<HTMLHeadingElement>(null)
  // A new step is a new page to who hears it read or walks by keyboard.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <>
      <Steps step={step} reached={setup.step} />
      <section className={styles.step} aria-labelledby={title}>
        <div className={styles.stepHead}>
          <h2 id={title} ref={heading} tabIndex={-1}>
            {t(`start.step.${step}.title`)}
          </h2>
          <p className="muted">{t(`start.step.${step}.lead`)}</p>
        </div>
        <Content step={step} />
      </section>
    </>
  )
}

function Content({ step }: { step: Step }) {
  const next = (ready: boolean) => <Onward from={step} ready={ready} />
  switch (step) {
    case 'clarity':
    case 'odoo':
      return <StartConnection name={step} next={next} />
    case 'entities':
      return <StartEntities next={next} />
    case 'match':
    case 'load':
      return <StartLoads what={step} next={next} />
    case 'done':
      return <StartDone />
  }
}

function Steps({ step, reached }: { step: Step; reached: Step }) {
  const { t } = useWords()
  const furthest = Math.max(steps.indexOf(reached), steps.indexOf(step))
  return (
    <nav className={styles.steps} aria-label={t('start.steps')}>
      <ol>
        {steps.map((one, index) => {
          const past = index < steps.indexOf(reached)
          const inside = (
            <>
              <span className={styles.mark}>{past ? <Icon name="check" size={13} /> : index + 1}</span>
              <span className={styles.name}>{t(`start.step.${one}.name`)}</span>
              {past && <span className="hidden">{t('start.past')}</span>}
            </>
          )
          return (
            <li key={one} data-past={past}>
              {index <= furthest ? (
                <Link
                  to="/start/$step"
                  params={{ step: one }}
                  aria-current={one === step ? 'step' : undefined}
                  activeProps={{ 'aria-current': 'step' }}
                >
                  {inside}
                </Link>
              ) : (
                <span className={styles.later}>{inside}</span>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** Remembers the next step and goes there; an earlier one than the furthest is not remembered. */
function Onward({ from, ready }: { from: Step; ready: boolean }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const { data: setup } = useQuery(setupQuery)
  const next = steps[steps.indexOf(from) + 1] ?? 'done'
  const further = steps.indexOf(next) > steps.indexOf(setup?.step ?? 'clarity')
  const go = useMutation({
    mutationFn: async () =>
      further ? take(api.PATCH('/setup', { params: { header: csrf }, body: { step: next } })) : undefined,
    onSuccess: (changed) => {
      if (changed) queryClient.setQueryData(setupQuery.queryKey, changed)
      void navigate({ to: '/start/$step', params: { step: next } })
    },
    onError: complain,
  })
  return (
    <div className={styles.onward}>
      <May do="patch /setup">
        <Button size="sm" disabled={!ready} loading={go.isPending} onClick={() => go.mutate()}>
          {t('start.next')}
        </Button>
      </May>
    </div>
  )
}
