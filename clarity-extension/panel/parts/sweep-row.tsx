import { Switch, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { localeOf } from '../format.ts'
import { useWords } from '../i18n.ts'
import { queryClient, sweepsQuery } from '../queries.ts'
import { useTold } from '../told.ts'
import { Button } from './button.tsx'
import { May } from './may.tsx'
import styles from './sweep-row.module.css'
import { Time } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Sweep = Schemas['Sweep']

/** One scheduled reading. */
export function SweepRow({ sweep }: { sweep: Sweep }) {
  const { t } = useWords()
  const told = useTold()
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
        {sweep.message && <span className={styles.message}>{told(sweep.message)}</span>}
      </span>
      <May do="patch /sweeps/{sweep}">
        <Schedule sweep={sweep} name={name} busy={change.isPending} onSave={(cron) => change.mutate({ cron })} />
      </May>
      <span className={`muted ${styles.next}`}>
        {sweep.nextAt && (
          <>
            {t('sweeps.next')} <Time at={sweep.nextAt} />
          </>
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
  const { t } = useWords()
  const [cron, setCron] = useState(props.sweep.cron)
  const spoken = useSpoken(props.sweep.zone)(cron.trim())
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
      {spoken && <span className={styles.spoken}>{spoken}</span>}
      {cron.trim() !== props.sweep.cron && (
        <Button type="submit" size="xs" loading={props.busy}>
          {t('sweeps.save')}
        </Button>
      )}
    </form>
  )
}

/** `order toOdoo` is said as an entity and a way; the others have a word of their own. */
export function useSweepName(): (name: string) => string {
  const { t, language } = useWords()
  return (name) => {
    const [entity, way] = name.split(' ')
    if (way !== 'toOdoo' && way !== 'toClarity') return t(`sweeps.name.${name}`, { defaultValue: name })
    const what = t(`entity.${entity}`, { defaultValue: entity })
    // A noun in the middle of an English sentence.
    return t(`sweeps.reads.${way}`, { entity: language === 'en' ? what.toLowerCase() : what })
  }
}

/** A schedule of five fields in words; undefined for one that needs its fields to be said. */
function useSpoken(zone: string | null): (cron: string) => string | undefined {
  const { t, language } = useWords()
  const elsewhere = zone === null || zone === Intl.DateTimeFormat().resolvedOptions().timeZone ? '' : ` (${zone})`
  const clock = (hour: string, minute: string) =>
    new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit' }).format(
      new Date(2024, 0, 7, Number(hour), Number(minute)),
    ) + elsewhere
  return (cron) => {
    const [minute = '', hour = '', ...days] = cron.split(/\s+/)
    const [dayOfMonth, month, weekday = ''] = days
    if (days.length !== 3 || dayOfMonth !== '*' || month !== '*') return undefined
    const each = /^\*\/(\d+)$/
    if (weekday === '*' && hour === '*') {
      if (minute === '*') return t('sweeps.every.minute')
      if (each.test(minute)) return t('sweeps.every.minutes', { count: Number(each.exec(minute)?.[1]) })
      return /^\d+$/.test(minute) ? t('sweeps.every.hour', { minute: Number(minute) }) : undefined
    }
    if (!/^\d+$/.test(minute)) return undefined
    if (weekday === '*' && each.test(hour)) return t('sweeps.every.hours', { count: Number(each.exec(hour)?.[1]) })
    if (!/^\d+$/.test(hour)) return undefined
    if (weekday === '*') return t('sweeps.every.day', { at: clock(hour, minute) })
    if (!/^[0-7]$/.test(weekday)) return undefined
    const day = new Intl.DateTimeFormat(language, { weekday: 'long' }).format(new Date(2024, 0, 7 + Number(weekday)))
    return t('sweeps.every.week', { day, at: clock(hour, minute) })
  }
}
