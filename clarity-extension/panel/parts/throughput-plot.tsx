import { useCallback, useMemo } from 'react'
import uPlot from 'uplot'
import type { Overview } from '../api.ts'
import { localeOf } from '../format.ts'
import { colourOf, figuresOf, Plot, timesOf } from './plot.tsx'

/** The bars themselves. */
export function ThroughputPlot({
  throughput,
  language,
  onHover,
}: {
  throughput: Overview['throughput']
  language: string
  onHover: (index: number | null) => void
}) {
  const options = useCallback((place: HTMLElement) => optionsOf(place, language, onHover), [language, onHover])
  return <Plot data={useMemo(() => columns(throughput), [throughput])} options={options} />
}

/** Failed stands at the foot of each bar, delivered on it; received is the pale bar behind. */
const columns = (minutes: Overview['throughput']): uPlot.AlignedData => [
  minutes.map((minute) => Date.parse(minute.at) / 1000),
  minutes.map((minute) => minute.received),
  minutes.map((minute) => minute.delivered + minute.failed),
  minutes.map((minute) => minute.failed),
]

function optionsOf(place: HTMLElement, language: string, onHover: (index: number | null) => void): uPlot.Options {
  const clock = new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit' })
  const bars = (width: number, most: number, colour: string) => {
    const paths = uPlot.paths.bars?.({ size: [width, most], radius: 0.2 })
    const fill = colourOf(place, colour)
    return { stroke: 'transparent', width: 0, points: { show: false }, ...(paths ? { paths } : {}), fill }
  }
  return {
    width: place.clientWidth,
    height: 210,
    padding: [12, 22, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      // Half a minute on either side, so that the outermost bars are whole.
      x: { range: (_chart, from, to) => [from - 30, to + 30] },
      y: { range: (_chart, _low, high) => [0, Math.max(4, high * 1.1)] },
    },
    axes: [
      timesOf(place, clock),
      { ...figuresOf(place, 38), incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] },
    ],
    series: [{}, bars(0.9, 20, '--pale'), bars(0.6, 13, '--accent'), bars(0.6, 13, '--bad')],
    hooks: { setCursor: [(chart) => onHover(chart.cursor.idx ?? null)] },
  }
}
