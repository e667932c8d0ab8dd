import { NativeSelect } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { AlertSetup } from '../parts/alert-setup.tsx'
import { useAlertWords } from '../parts/alert-words.ts'
import { May } from '../parts/may.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { complain, toast } from '../parts/toast.tsx'
import { alertSettingsQuery, alertsQuery, queryClient } from '../queries.ts'
import styles from './alerts.module.css'

export function AlertsPage() {
  const { t } = useWords()
  const alerts = useQuery(alertsQuery)
  const settings = useQuery(alertSettingsQuery)
  const error = alerts.error ?? settings.error
  const retry = () => {
    void alerts.refetch()
    void settings.refetch()
  }
  return (
    <>
      <title>{`${t('alerts.title')} · ${t('product')}`}</title>
      <p className="lead muted">{t('alerts.lead')}</p>
      {alerts.data && settings.data ? (
        <>
          <Active alerts={alerts.data.active} />
          <AlertSetup key={settings.dataUpdatedAt} settings={settings.data} />
          <Recent alerts={alerts.data.recent} />
        </>
      ) : error ? (
        <Failure error={error} retry={retry} />
      ) : (
        <div role="status" aria-label={t('common.loading')}>
          <Skeleton height={140} below={16} />
          <Skeleton height={240} />
        </div>
      )}
    </>
  )
}

function Active({ alerts }: { alerts: Schemas['Alert'][] }) {
  const { t } = useWords()
  const say = useAlertWords()
  if (alerts.length === 0) return <Empty icon="check" title={t('alerts.none')} text={t('alerts.noneText')} />
  return (
    <ul className={styles.list}>
      {alerts.map((alert) => (
        <li key={alert.id} className={`card ${styles.alert}`} data-severity={alert.severity}>
          <div className={styles.line}>
            <h2>{say(alert).title}</h2>
            <span className="muted">
              {t('alerts.since')} <Time at={alert.firstAt} />
            </span>
          </div>
          <p>{say(alert).text}</p>
          <div className={styles.actions}>
            <Link to={alert.link} className="link" data-row>
              {t('alerts.open')}
            </Link>
            <Silence alert={alert} />
          </div>
        </li>
      ))}
    </ul>
  )
}

function Silence({ alert }: { alert: Schemas['Alert'] }) {
  const { t } = useWords()
  const silence = useMutation({
    mutationFn: (minutes: number) =>
      take(
        api.POST('/alerts/{id}/silence', {
          params: { path: { id: alert.id }, header: csrf },
          body: { minutes },
        }),
      ),
    onSuccess: (next) => {
      queryClient.setQueryData(alertsQuery.queryKey, next)
      toast(t('alerts.silenced'))
    },
    onError: complain,
  })
  return (
    <May do="post /alerts/{id}/silence">
      <NativeSelect
        size="xs"
        aria-label={t('alerts.silence')}
        value=""
        disabled={silence.isPending}
        onChange={(event) => event.currentTarget.value && silence.mutate(Number(event.currentTarget.value))}
        data={[
          { value: '', label: t('alerts.silence') },
          { value: '60', label: t('alerts.hour') },
          { value: '1440', label: t('alerts.day') },
          { value: '10080', label: t('alerts.week') },
        ]}
      />
    </May>
  )
}

function Recent({ alerts }: { alerts: Schemas['Alert'][] }) {
  const { t } = useWords()
  const say = useAlertWords()
  if (alerts.length === 0) return null
  return (
    <section>
      <h2 className={styles.title}>{t('alerts.recent')}</h2>
      <ul className={`card ${styles.recent}`}>
        {alerts.map((alert) => (
          <li key={alert.id}>
            <span>{say(alert).title}</span>
            <span className="muted">{alert.clearedAt && <Time at={alert.clearedAt} />}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
