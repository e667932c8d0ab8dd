import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, csrf, type Schemas, take } from '../api.ts'
import { connectionQuery, overviewQuery, queryClient } from '../queries.ts'
import { useTold } from '../told.ts'
import { ConfirmButton } from './confirm.tsx'
import styles from './connection-card.module.css'
import { Icon } from './icon.tsx'
import { May } from './may.tsx'
import { useSaid } from './notice.tsx'
import { Time } from './time.tsx'

type Connection = Schemas['Connection']

/** One side: whether it takes what we send, if not why and what to do; test, pause, resume. */
export function ConnectionCard({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
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
      {paused && <Trouble connection={connection} />}
      {test.data && <Report report={test.data} />}
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

function Trouble({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
  const told = useTold()
  const cause = connection.cause ?? ''
  return (
    <div className={styles.trouble}>
      <p>
        <strong>{t(`cause.${cause}`, { defaultValue: told(connection.message ?? cause) })}</strong>
        {connection.since && (
          <span className="muted">
            {' · '}
            <Time at={connection.since} />
          </span>
        )}
      </p>
      {connection.message && <p className={styles.message}>{told(connection.message)}</p>}
      <p>{t(`remedy.${cause}`, { defaultValue: connection.remedy ?? '' })}</p>
    </div>
  )
}

/** What was tried, and what came of it. */
export function Report({ report }: { report: Schemas['ConnectionReport'] }) {
  const { t } = useTranslation()
  const told = useTold()
  return (
    <div className={styles.report} role="status">
      <p className={styles.reportTitle}>{t(report.ok ? 'connection.allPassed' : 'connection.notPassed')}</p>
      <ul>
        {report.checks.map((check) => (
          <li key={check.name} data-ok={check.ok}>
            <Icon name={check.ok ? 'check' : 'cross'} size={15} />
            <div>
              <span className="hidden">{t(check.ok ? 'connection.ok' : 'connection.notOk')}: </span>
              <strong>{told(check.name)}</strong> <span className="muted">{told(check.message)}</span>
              {check.remedy && <p>{told(check.remedy)}</p>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Refused({ error }: { error: unknown }) {
  const said = useSaid(error)
  return (
    <p className={styles.trouble} role="alert">
      <strong>{said.title}</strong> {said.remedy}
    </p>
  )
}
