import 'uplot/dist/uPlot.min.css'
import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import type { Schemas } from '../api.ts'
import { localeOf, short } from '../format.ts'
import { useWords } from '../i18n.ts'
import { anomalySeriesQuery } from '../queries.ts'
import styles from './anomaly-chart.module.css'
import { Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'

type Chart = Schemas['AnomalyChart']

const names = ['orders', 'value', 'refunds', 'stock', 'clarity', 'odoo', 'failures', 'latency'] as const

/** A week of hours, the band that was ordinary, and the hours that were not. */
export function AnomalyChart({ series, onSeries }: { series: string; onSeries: (series: string) => void }) {
  const { t, language } = useWords()
  const chart = useQuery(anomalySeriesQuery(series))
  const known = chart.data?.hours.some(({ expected }) => expected !== null) ?? false
  const odd = chart.data?.hours.filter((hour) => hour.odd).length ?? 0
  const last = chart.data?.hours.at(-1)
  return (
    <section className={`card ${styles.box}`}>
      <div className={styles.head}>
        <NativeSelect
          aria-label={t('anomalies.series')}
          value={series}
          onChange={(event) => onSeries(event.currentTarget.value)}
          data={names.map((value) => ({ value, label: t(`anomalies.rule.${value}`) }))}
        />
        <ul className={styles.legend}>
          <li data-kind="value">{t('anomalies.seen')}</li>
          <li data-kind="band">{t('anomalies.band')}</li>
          <li data-kind="odd">{t('anomalies.odd')}</li>
        </ul>
      </div>
      {chart.isPending && <Skeleton height={230} />}
      {chart.isError && <Failure error={chart.error} retry={() => void chart.refetch()} />}
      {chart.data && (
        <div
          className={styles.chart}
          role="img"
          aria-label={t('anomalies.chartLabel', {
            series: t(`anomalies.rule.${series}`),
            count: odd,
            seen: short(last?.value ?? 0, language),
          })}
        >
          <Drawn chart={chart.data} language={language} />
          {!known && <p className={styles.silent}>{t('anomalies.noBand')}</p>}
        </div>
      )}
    </section>
  )
}

function Drawn({ chart, language }: { chart: Chart; language: string }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    let drawn: uPlot | undefined
    const draw = () => {
      drawn?.destroy()
      drawn = new uPlot(options(element, language), columns(chart), element)
    }
    draw()
    const size = new ResizeObserver(() => drawn?.setSize({ width: element.clientWidth, height: HEIGHT }))
    size.observe(element)
    // The colours are read when drawn: another appearance draws anew.
    const appearance = new MutationObserver(draw)
    appearance.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] })
    return () => {
      size.disconnect()
      appearance.disconnect()
      drawn?.destroy()
    }
  }, [chart, language])
  return <div ref={place} />
}

const HEIGHT = 230

function columns({ from, hours }: Chart): uPlot.AlignedData {
  const start = Date.parse(from) / 1000
  return [
    hours.map((_hour, at) => start + at * 3600),
    hours.map(({ high }) => high),
    hours.map(({ low }) => low),
    hours.map(({ value }) => value),
    hours.map(({ value, odd }) => (odd ? value : null)),
  ]
}

function options(place: HTMLElement, language: string): uPlot.Options {
  const css = getComputedStyle(place)
  const colour = (name: string) => css.getPropertyValue(name).trim()
  const day = new Intl.DateTimeFormat(localeOf(language), { weekday: 'short', day: 'numeric' })
  const axis = { stroke: colour('--faint'), font: `11px 'Inter Variable', system-ui`, ticks: { show: false } }
  const edge = { stroke: 'transparent', width: 0, points: { show: false } }
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [12, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(4, (high ?? 0) * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        values: (_chart, ticks) => ticks.map((tick) => day.format(tick * 1000)),
      },
      { ...axis, size: 48, space: 48, grid: { stroke: colour('--line'), width: 1 } },
    ],
    bands: [{ series: [1, 2], fill: colour('--pale') }],
    series: [
      {},
      edge,
      edge,
      { stroke: colour('--accent'), width: 1.6, points: { show: false } },
      {
        stroke: 'transparent',
        width: 0,
        points: { show: true, size: 8, fill: colour('--bad'), stroke: colour('--surface') },
      },
    ],
  }
}
