import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, csrf, type Schemas, take } from '../api.ts'
import { short } from '../format.ts'
import { useWords } from '../i18n.ts'
import { queryClient } from '../queries.ts'
import styles from './anomaly-row.module.css'
import { Button } from './button.tsx'
import { May } from './may.tsx'
import { Tag } from './tag.tsx'
import { Time } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Anomaly = Schemas['Anomaly']

/** One thing out of the ordinary: what was seen, what is usual, and a person's word on it. */
export function AnomalyRow({ anomaly, onSeries }: { anomaly: Anomaly; onSeries: (series: string) => void }) {
  const { t, language } = useWords()
  const figures = {
    about: anomaly.about,
    seen: short(anomaly.seen, language),
    low: short(anomaly.low, language),
    high: short(anomaly.high, language),
    count: anomaly.hours,
  }
  return (
    <li className={styles.row} data-open={anomaly.endedAt === null}>
      <div className={styles.text}>
        <h2>
          {t(`anomalies.rule.${anomaly.rule}`, { defaultValue: anomaly.rule })}
          {anomaly.held && <Tag>{t('anomalies.held')}</Tag>}
          {anomaly.endedAt === null && <Tag>{t('anomalies.lasting')}</Tag>}
        </h2>
        <p>
          {t(
            anomaly.hours > 0 ? `anomalies.saysHours.${anomaly.direction}` : `anomalies.says.${anomaly.rule}`,
            figures,
          )}
        </p>
        <p className={styles.meta}>
          <Time at={anomaly.beganAt} />
          {anomaly.eventId !== null && (
            <Link to="/activity/$id" params={{ id: anomaly.eventId }} data-row>
              {t('anomalies.openEvent', { subject: anomaly.subject ?? anomaly.eventId })}
            </Link>
          )}
          {anomaly.hours > 0 && (
            <button type="button" className={styles.link} onClick={() => onSeries(anomaly.rule)}>
              {t('anomalies.showChart')}
            </button>
          )}
        </p>
      </div>
      <May do="post /anomalies/{id}/verdict">
        <Verdict anomaly={anomaly} />
      </May>
    </li>
  )
}

function Verdict({ anomaly }: { anomaly: Anomaly }) {
  const { t } = useWords()
  const decide = useMutation({
    mutationFn: (verdict: 'useful' | 'normal') =>
      take(
        api.POST('/anomalies/{id}/verdict', { params: { path: { id: anomaly.id }, header: csrf }, body: { verdict } }),
      ),
    onSuccess: ({ verdict }) => {
      void queryClient.invalidateQueries({ queryKey: ['anomalies'] })
      void queryClient.invalidateQueries({ queryKey: ['anomaly-rules'] })
      toast(t(verdict === 'normal' ? 'anomalies.tunedDown' : 'anomalies.thanks'))
    },
    onError: complain,
  })
  if (anomaly.verdict !== null)
    return <p className={styles.said}>{t(`anomalies.said.${anomaly.verdict}`, { who: anomaly.decidedBy ?? '' })}</p>
  return (
    <div className={styles.actions}>
      <Button variant="default" size="xs" loading={decide.isPending} onClick={() => decide.mutate('useful')}>
        {t('anomalies.useful')}
      </Button>
      <Button variant="default" size="xs" loading={decide.isPending} onClick={() => decide.mutate('normal')}>
        {t('anomalies.normal')}
      </Button>
    </div>
  )
}
