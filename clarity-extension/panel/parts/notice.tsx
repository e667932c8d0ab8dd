import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiError, type Schemas } from '../api.ts'
import type { Translate } from '../i18n.ts'
import { useWords } from '../i18n.ts'
import { sessionQuery } from '../queries.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import styles from './notice.module.css'

/** A page or list with nothing in it: what would be here, and how it comes. */
export function Empty({
  icon,
  title,
  text,
  action,
}: {
  icon: IconName
  title: string
  text: string
  action?: ReactNode
}) {
  return (
    <div className={styles.notice}>
      <span className={styles.icon}>
        <Icon name={icon} size={22} />
      </span>
      <h2>{title}</h2>
      <p className="muted">{text}</p>
      {action}
    </div>
  )
}

/** What went wrong, what to do, and a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords()
  const said = useSaid(error)
  const problem = error instanceof ApiError ? error.problem : undefined
  if (problem?.code === 'not_allowed') return <Forbidden problem={problem} retry={retry} />
  return (
    <div className={styles.notice} role="alert">
      <span className={`${styles.icon} ${styles.bad}`}>
        <Icon name="attention" size={22} />
      </span>
      <h2>{said.title}</h2>
      <p className="muted">{said.remedy}</p>
      {retry && said.status !== 404 && (
        <Button variant="default" size="sm" onClick={retry}>
          {t('common.retry')}
        </Button>
      )}
      {said.requestId && <p className={styles.request}>{t('common.requestId', { id: said.requestId })}</p>}
    </div>
  )
}

/** Why what was asked for was not done, beside the button that asked. */
export function Refused({ error }: { error: unknown }) {
  const said = useSaid(error)
  return (
    <p className={styles.refused} role="alert">
      <strong>{said.title}</strong> {said.remedy}
    </p>
  )
}

/** Somebody followed a link to what their role may not see: nothing is broken, and these people can help. */
function Forbidden({ problem, retry }: { problem: Schemas['Problem']; retry: (() => void) | undefined }) {
  const { t } = useWords()
  const { data: session } = useQuery(sessionQuery)
  const role = problem.least ?? 'admin'
  return (
    <div className={styles.notice} role="alert">
      <span className={styles.icon}>
        <Icon name="lock" size={22} />
      </span>
      <h2>{t('rights.title', { role: t(`role.${role}`) })}</h2>
      <p className="muted">
        {t('rights.ask', {
          name: session?.user?.name ?? '',
          own: t(`role.${session?.user?.role ?? 'viewer'}`),
          who: (problem.ask ?? ['admin']).join(t('rights.or')),
        })}
      </p>
      <div className={styles.ways}>
        {retry && (
          <Button variant="default" size="sm" onClick={retry}>
            {t('common.retry')}
          </Button>
        )}
        <Link to="/" className="link">
          {t('rights.home')}
        </Link>
      </div>
    </div>
  )
}

interface Said {
  title: string
  remedy: string
  requestId?: string
  status?: number
}

/** The server's words, or this language's own for them. */
export function useSaid(error: unknown): Said {
  const { t } = useWords()
  return said(error, t)
}

export function said(error: unknown, t: Translate): Said {
  const problem = error instanceof ApiError ? error.problem : undefined
  if (!problem) return { title: t('common.offline'), remedy: t('common.offlineRemedy') }
  const own = (part: string, fallback: string) =>
    t(`refusal.${problem.code}.${part}`, {
      defaultValue: fallback,
      seconds: problem.retryAfterSeconds,
      detail: problem.detail,
      least: t(`role.${problem.least}`, { defaultValue: '' }),
      ask: (problem.ask ?? []).join(t('rights.or')),
    })
  return {
    title: own('title', problem.detail),
    remedy: own('remedy', problem.remedy),
    requestId: problem.requestId,
    status: problem.status,
  }
}
