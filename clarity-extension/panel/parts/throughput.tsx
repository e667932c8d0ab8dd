import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import type { Overview } from '../api.ts'
import { localeOf, number } from '../format.ts'
import styles from './throughput.module.css'
import { chartOptions, columns } from './throughput-chart.ts'

/** Events per minute of the last hour: what came, what was delivered, what failed. */
export function Throughput({ overview }: { overview: Overview }) {
  const { t, i18n } = useTranslation()
  const [hovered, setHovered] = useState<number | null>(null)
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
  const clock = new Intl.DateTimeFormat(localeOf(i18n.language), { hour: '2-digit', minute: '2-digit' })
  const silent = totals.received + totals.delivered + totals.failed === 0
  return (
    <section className={`card ${styles.box}`}>
      <div className={styles.head}>
        <h2>{minute ? clock.format(new Date(minute.at)) : t('overview.throughput')}</h2>
        <ul className={styles.legend}>
          {(['received', 'delivered', 'failed'] as const).map((series) => (
            <li key={series} data-series={series}>
              {t(`overview.${series}`)} <b className="number">{number(shown[series], i18n.language)}</b>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles.chart} role="img" aria-label={t('overview.chartLabel', totals)}>
        <Chart throughput={throughput} language={i18n.language} onHover={setHovered} />
        {silent && (
          <p className={styles.silent}>
            <span>{t('overview.chartEmpty')}</span>
          </p>
        )}
      </div>
    </section>
  )
}

function Chart(props: {
  throughput: Overview['throughput']
  language: string
  onHover: (index: number | null) => void
}) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const data = useRef(columns(props.throughput))
  data.current = columns(props.throughput)
  const { language, onHover } = props

  useEffect(() => {
    const element = place.current
    if (!element) return
    const draw = () => {
      chart.current?.destroy()
      chart.current = new uPlot(chartOptions(element, language, onHover), data.current, element)
    }
    draw()
    const size = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: 210 }))
    size.observe(element)
    // The colours are read when drawn: another appearance draws anew.
    const appearance = new MutationObserver(draw)
    appearance.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] })
    return () => {
      size.disconnect()
      appearance.disconnect()
      chart.current?.destroy()
      chart.current = null
    }
  }, [language, onHover])

  useEffect(() => {
    chart.current?.setData(columns(props.throughput))
  }, [props.throughput])

  return <div ref={place} />
}
