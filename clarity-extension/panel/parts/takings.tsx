import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useAddress } from '../address.ts'
import type { Schemas } from '../api.ts'
import { money } from '../format.ts'
import { useWords } from '../i18n.ts'
import { takingsQuery } from '../queries.ts'
import { Button } from './button.tsx'
import { Empty, Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import styles from './takings.module.css'

type Takings = Schemas['Takings']

/** What the storefront took by payment method against Odoo's journals, for the period a person asks for. */
export function Takings() {
  const { t } = useWords()
  const title = useId()
  const [given, change] = useAddress()
  const usual = thisMonth()
  const period = { from: given.get('from') ?? usual.from, to: given.get('to') ?? usual.to }
  const { data, error, isFetching, refetch } = useQuery(takingsQuery(period))
  return (
    <section aria-labelledby={title}>
      <h2 id={title}>{t('takings.title')}</h2>
      <p className="muted">{t('takings.lead')}</p>
      <Period period={period} busy={isFetching} onChange={({ from, to }) => change({ from, to })} />
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div role="status" aria-label={t('common.loading')}>
          <Skeleton height={120} />
        </div>
      )}
      {data && data.totals.length === 0 && (
        <Empty icon="inbox" title={t('takings.empty')} text={t('takings.emptyText')} />
      )}
      {data && data.totals.length > 0 && <Totals takings={data} />}
      {data && data.unmatched.length > 0 && <Unmatched takings={data} />}
    </section>
  )
}

interface Days {
  from: string
  to: string
}

function Period({ period, busy, onChange }: { period: Days; busy: boolean; onChange: (days: Days) => void }) {
  const { t } = useWords()
  const [days, setDays] = useState(period)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onChange(days)
  }
  const query = new URLSearchParams({ from: period.from, to: period.to })
  return (
    <form className={styles.period} onSubmit={submit}>
      <TextInput
        size="xs"
        type="date"
        label={t('takings.from')}
        value={days.from}
        max={days.to}
        onChange={(event) => setDays({ ...days, from: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="date"
        label={t('takings.to')}
        value={days.to}
        min={days.from}
        onChange={(event) => setDays({ ...days, to: event.currentTarget.value })}
      />
      <Button type="submit" size="xs" variant="default" loading={busy}>
        {t('takings.show')}
      </Button>
      <a className="link" href={`/api/takings.csv?${query}`} download>
        {t('reconciliation.csv')}
      </a>
    </form>
  )
}

function Totals({ takings }: { takings: Takings }) {
  const { t, language } = useWords()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a narrow screen, also by keyboard.
    <section className={`card ${styles.scroll}`} aria-label={t('takings.totals')} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t('takings.method')}</th>
            <th>{t('takings.journal')}</th>
            <th className={styles.figure}>{t('side.clarity')}</th>
            <th className={styles.figure}>{t('side.odoo')}</th>
            <th className={styles.figure}>{t('takings.difference')}</th>
          </tr>
        </thead>
        <tbody>
          {takings.totals.map((row) => (
            <tr key={`${row.method} ${row.journal} ${row.currency}`} data-differs={Number(row.difference) !== 0}>
              <td>{row.method ?? t('reconciliation.nothing')}</td>
              <td>{row.journal ?? t('reconciliation.nothing')}</td>
              <td className={styles.figure}>{money(row.clarity, row.currency, language)}</td>
              <td className={styles.figure}>{money(row.odoo, row.currency, language)}</td>
              <td className={styles.figure}>{money(row.difference, row.currency, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Unmatched({ takings }: { takings: Takings }) {
  const { t, language } = useWords()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a narrow screen, also by keyboard.
    <section className={`card ${styles.scroll}`} aria-label={t('takings.unmatched')} tabIndex={0}>
      <table className={styles.table}>
        <caption>{t('takings.unmatched')}</caption>
        <thead>
          <tr>
            <th>{t('takings.day')}</th>
            <th>{t('takings.order')}</th>
            <th>{t('takings.payment')}</th>
            <th>{t('takings.why')}</th>
            <th className={styles.figure}>{t('side.clarity')}</th>
            <th className={styles.figure}>{t('side.odoo')}</th>
          </tr>
        </thead>
        <tbody>
          {takings.unmatched.map((row) => (
            <tr key={`${row.payment} ${row.why}`}>
              <td>{row.day}</td>
              <td>{row.order ?? t('reconciliation.nothing')}</td>
              <td>{row.payment}</td>
              <td>{t(`takings.reason.${row.why}`)}</td>
              <td className={styles.figure}>
                {row.clarity ? money(row.clarity, row.currency, language) : t('reconciliation.nothing')}
              </td>
              <td className={styles.figure}>
                {row.odoo ? money(row.odoo, row.currency, language) : t('reconciliation.nothing')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function thisMonth(): Days {
  const to = new Date().toISOString().slice(0, 10)
  return { from: `${to.slice(0, 8)}01`, to }
}
