import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api.ts'
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
  const { t } = useTranslation()
  const said = useSaid(error)
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

/** The server's words, or this language's own for them. */
export function useSaid(error: unknown): { title: string; remedy: string; requestId?: string; status?: number } {
  const { t } = useTranslation()
  const problem = error instanceof ApiError ? error.problem : undefined
  if (!problem) return { title: t('common.offline'), remedy: t('common.offlineRemedy') }
  const own = (part: string, fallback: string) =>
    t(`refusal.${problem.code}.${part}`, { defaultValue: fallback, seconds: problem.retryAfterSeconds })
  return {
    title: own('title', problem.detail),
    remedy: own('remedy', problem.remedy),
    requestId: problem.requestId,
    status: problem.status,
  }
}
