import { lazy, Suspense, startTransition, useEffect, useState } from 'react'
import type { Overview } from '../api.ts'
import { localeOf, number } from '../format.ts'
import { useWords } from '../i18n.ts'
import { whenIdle } from '../idle.ts'
import styles from './throughput.module.css'

/** Fetched when the page stands: the figures do not wait for what draws them. */
const ThroughputPlot = lazy(async () => ({ default: (await import('./throughput-plot.tsx')).ThroughputPlot }))

/** Events per minute of the last hour: what came, what was delivered, what failed. */
export function Throughput({ overview }: { overview: Overview }) {
  const { t, language } = useWords()
  const [hovered, setHovered] = useState<number | null>(null)
  const [idle, setIdle] = useState(false)
  useEffect(() => whenIdle(() => startTransition(() => setIdle(true))), [])
  const { throughput } = overview
  const total = (pick: (minute: (typeof throughput)[number]) => number) =>
    throughput.reduce((sum, minute) => sum + pick(minute), 0)
  const totals = {
    received: total((minute) => minute.received),
    delivered: total((minute) => minute.delivered),
    failed: total((minute) => minute.failed),
  }
  const minute = hovered === null ? undefined : throughput[hovered]
  const shown = minute ?? totals
  const silent = totals.received + totals.delivered + totals.failed === 0
  return (
    <section className={`card ${styles.box}`}>
      <div className={styles.head}>
        <h2>{minute ? clock(minute.at, language) : t('overview.throughput')}</h2>
        <ul className={styles.legend}>
          {(['received', 'delivered', 'failed'] as const).map((series) => (
            <li key={series} data-series={series}>
              {t(`overview.${series}`)} <b className="number">{number(shown[series], language)}</b>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles.chart} role="img" aria-label={t('overview.chartLabel', totals)}>
        {idle && (
          <Suspense>
            <ThroughputPlot throughput={throughput} language={language} onHover={setHovered} />
          </Suspense>
        )}
        {silent && (
          <p className={styles.silent}>
            <span>{t('overview.chartEmpty')}</span>
          </p>
        )}
      </div>
    </section>
  )
}

const clock = (at: string, language: string): string =>
  new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit' }).format(new Date(at))
