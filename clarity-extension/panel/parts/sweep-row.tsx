import { Button, Switch, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, csrf, type Schemas, take } from '../api.ts'
import { exact } from '../format.ts'
import { queryClient, sweepsQuery } from '../queries.ts'
import { May } from './may.tsx'
import styles from './sweep-row.module.css'
import { Time } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Sweep = Schemas['Sweep']

/** One scheduled reading. */
export function SweepRow({ sweep }: { sweep: Sweep }) {
  const { t, i18n } = useTranslation()
  const name = useSweepName()(sweep.name)
  const refresh = () => void queryClient.invalidateQueries(sweepsQuery)
  const run = useMutation({
    mutationFn: () => take(api.POST('/sweeps/{sweep}/run', { params: { path: { sweep: sweep.name }, header: csrf } })),
    onSuccess: ({ began }) => toast(t(began ? 'sweeps.began' : 'sweeps.already')),
    onError: complain,
    onSettled: refresh,
  })
  const change = useMutation({
    mutationFn: (body: { cron?: string; zone?: string; enabled?: boolean }) =>
      take(api.PATCH('/sweeps/{sweep}', { params: { path: { sweep: sweep.name }, header: csrf }, body })),
    onSuccess: () => toast(t('sweeps.saved')),
    onError: complain,
    onSettled: refresh,
  })
  return (
    <li className={styles.row} data-state={sweep.state}>
      <May do="patch /sweeps/{sweep}">
        <Switch
          size="sm"
          checked={sweep.enabled}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ enabled: event.currentTarget.checked })}
          label={name}
        />
      </May>
      <span className={styles.state}>{t(`sweeps.state.${sweep.state}`)}</span>
      <span className={`muted ${styles.fact}`}>
        {sweep.startedAt ? <Time at={sweep.startedAt} /> : t('sweeps.state.never')}
        {sweep.message && <span className={styles.message}>{sweep.message}</span>}
      </span>
      <May do="patch /sweeps/{sweep}">
        <Schedule sweep={sweep} name={name} busy={change.isPending} onSave={(cron) => change.mutate({ cron })} />
      </May>
      <span className={`muted ${styles.next}`}>
        {sweep.nextAt && (
          <span title={exact(sweep.nextAt, i18n.language)}>
            {t('sweeps.next')} <Time at={sweep.nextAt} />
          </span>
        )}
      </span>
      <May do="post /sweeps/{sweep}/run">
        <Button
          variant="default"
          size="xs"
          loading={run.isPending}
          aria-label={`${t('sweeps.runNow')}: ${name}`}
          onClick={() => run.mutate()}
        >
          {t('sweeps.runNow')}
        </Button>
      </May>
    </li>
  )
}

function Schedule(props: { sweep: Sweep; name: string; busy: boolean; onSave: (cron: string) => void }) {
  const { t } = useTranslation()
  const [cron, setCron] = useState(props.sweep.cron)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (cron.trim() !== props.sweep.cron) props.onSave(cron.trim())
  }
  return (
    <form onSubmit={submit} className={styles.schedule}>
      <TextInput
        size="xs"
        className="mono"
        aria-label={`${t('sweeps.schedule')}: ${props.name}`}
        value={cron}
        onChange={(event) => setCron(event.currentTarget.value)}
      />
      {cron.trim() !== props.sweep.cron && (
        <Button type="submit" size="xs" loading={props.busy}>
          {t('sweeps.save')}
        </Button>
      )}
    </form>
  )
}

/** `order toOdoo` is said as an entity and a way; the others have a word of their own. */
function useSweepName(): (name: string) => string {
  const { t } = useTranslation()
  return (name) => {
    const [entity, way] = name.split(' ')
    if (way !== 'toOdoo' && way !== 'toClarity') return t(`sweeps.name.${name}`, { defaultValue: name })
    return t(`sweeps.reads.${way}`, { entity: t(`entity.${entity}`, { defaultValue: entity }) })
  }
}
