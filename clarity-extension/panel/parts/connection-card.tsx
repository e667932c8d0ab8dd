import { useMutation } from '@tanstack/react-query'
import { Suspense } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { connectionQuery, overviewQuery, queryClient } from '../queries.ts'
import { later } from '../words.ts'
import { Button } from './button.tsx'
import { ConfirmButton } from './confirm.tsx'
import styles from './connection-card.module.css'
import { May } from './may.tsx'
import { Refused } from './notice.tsx'

const Trouble = later(async () => (await import('./connection-trouble.tsx')).ConnectionTrouble)
const Report = later(async () => (await import('./connection-report.tsx')).ConnectionReport)

/** One side: whether it takes what we send, if not why and what to do; test, pause, resume. */
export function ConnectionCard({ connection }: { connection: Schemas['Connection'] }) {
  const { t } = useWords()
  const params = { params: { path: { name: connection.name }, header: csrf } }
  const refresh = async () => {
    await queryClient.invalidateQueries(overviewQuery)
    await queryClient.invalidateQueries(connectionQuery(connection.name))
  }
  const test = useMutation({ mutationFn: () => take(api.POST('/connections/{name}/test', params)) })
  const pause = useMutation({
    mutationFn: () => take(api.POST('/connections/{name}/pause', params)),
    onSettled: refresh,
  })
  const resume = useMutation({
    mutationFn: () => take(api.POST('/connections/{name}/resume', params)),
    onSettled: refresh,
  })
  const failed = test.error ?? pause.error ?? resume.error
  const paused = connection.state === 'paused'
  return (
    <article className={`card ${styles.card}`} data-state={connection.state}>
      <div className={styles.head}>
        <div className={styles.name}>
          <h2>{connection.label}</h2>
          <p className={`mono ${styles.address}`} title={connection.address}>
            {connection.address.replace(/^https?:\/\//, '')}
          </p>
        </div>
        <span className={styles.state}>
          <span className={styles.dot} />
          {t(`connection.${connection.state}`)}
        </span>
      </div>
      <Suspense>
        {paused && <Trouble connection={connection} />}
        {test.data && <Report report={test.data} />}
      </Suspense>
      {failed && <Refused error={failed} />}
      <div className={styles.actions}>
        <May do="post /connections/{name}/test">
          <Button variant="default" size="xs" loading={test.isPending} onClick={() => test.mutate()}>
            {t('connection.test')}
          </Button>
        </May>
        {paused ? (
          <May do="post /connections/{name}/resume">
            <Button size="xs" loading={resume.isPending} onClick={() => resume.mutate()}>
              {t('connection.resume')}
            </Button>
          </May>
        ) : (
          <May do="post /connections/{name}/pause">
            <ConfirmButton
              label={t('connection.pause')}
              title={t('connection.pauseTitle', { label: connection.label })}
              text={t('connection.pauseText')}
              busy={pause.isPending}
              onConfirm={() => pause.mutate()}
            />
          </May>
        )}
        <span className={styles.waiting}>
          {connection.waiting > 0 && t('connection.waiting', { count: connection.waiting })}
        </span>
      </div>
    </article>
  )
}
