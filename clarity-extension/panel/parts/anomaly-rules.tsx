import { NativeSelect } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { anomalyRulesQuery, queryClient } from '../queries.ts'
import styles from './anomaly-rules.module.css'
import { May } from './may.tsx'
import { Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import { complain, toast } from './toast.tsx'

type Rule = Schemas['AnomalyRule']

/** What is watched, and what the merchant wants done about it. */
export function AnomalyRules() {
  const { t } = useWords()
  const rules = useQuery(anomalyRulesQuery)
  return (
    <section className={styles.section}>
      <h2>{t('anomalies.rules')}</h2>
      <p className="muted">{t('anomalies.rulesLead')}</p>
      {rules.isPending && <Skeleton height={220} />}
      {rules.isError && <Failure error={rules.error} retry={() => void rules.refetch()} />}
      {rules.data && (
        <ul className={`card ${styles.list}`}>
          {rules.data.items.map((rule) => (
            <Row key={rule.rule} rule={rule} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Row({ rule }: { rule: Rule }) {
  const { t } = useWords()
  const change = useMutation({
    mutationFn: (action: Rule['action']) =>
      take(
        api.PATCH('/anomaly-rules/{rule}', { params: { path: { rule: rule.rule }, header: csrf }, body: { action } }),
      ),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['anomaly-rules'] })
      toast(t('anomalies.ruleChanged'))
    },
    onError: complain,
  })
  const actions = (['off', 'notify', 'hold'] as const).filter((action) => action !== 'hold' || rule.mayHold)
  const name = t(`anomalies.rule.${rule.rule}`, { defaultValue: rule.rule })
  return (
    <li className={styles.row}>
      <div>
        <b>{name}</b>
        <p className="muted">
          {t(`anomalies.ruleText.${rule.rule}`, { defaultValue: '' })}
          {rule.tolerance > 1.01 && ` ${t('anomalies.calmer')}`}
        </p>
      </div>
      <May do="patch /anomaly-rules/{rule}">
        <NativeSelect
          aria-label={t('anomalies.actionOf', { rule: name })}
          value={rule.action}
          disabled={change.isPending}
          onChange={(event) => {
            const action = actions.find((one) => one === event.currentTarget.value)
            if (action) change.mutate(action)
          }}
          data={actions.map((value) => ({ value, label: t(`anomalies.action.${value}`) }))}
        />
      </May>
    </li>
  )
}
