import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type uPlot from 'uplot'
import type { Schemas } from '../api.ts'
import { localeOf, short } from '../format.ts'
import { useWords } from '../i18n.ts'
import { anomalySeriesQuery } from '../queries.ts'
import styles from './anomaly-chart.module.css'
import { Failure } from './notice.tsx'
import { colourOf, figuresOf, Plot, timesOf } from './plot.tsx'
import { Skeleton } from './skeleton.tsx'

type Chart = Schemas['AnomalyChart']

const HEIGHT = 230

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
      {chart.isPending && <Skeleton height={HEIGHT} />}
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
  const options = useCallback((place: HTMLElement) => optionsOf(place, language), [language])
  return <Plot data={useMemo(() => columns(chart), [chart])} options={options} />
}

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

function optionsOf(place: HTMLElement, language: string): uPlot.Options {
  const day = new Intl.DateTimeFormat(localeOf(language), { weekday: 'short', day: 'numeric' })
  const edge = { stroke: 'transparent', width: 0, points: { show: false } }
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [12, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(4, (high ?? 0) * 1.1)] } },
    axes: [timesOf(place, day), figuresOf(place, 48)],
    bands: [{ series: [1, 2], fill: colourOf(place, '--pale') }],
    series: [
      {},
      edge,
      edge,
      { stroke: colourOf(place, '--accent'), width: 1.6, points: { show: false } },
      {
        stroke: 'transparent',
        width: 0,
        points: { show: true, size: 8, fill: colourOf(place, '--bad'), stroke: colourOf(place, '--surface') },
      },
    ],
  }
}
