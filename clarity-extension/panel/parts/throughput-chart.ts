import uPlot from 'uplot'
import type { Overview } from '../api.ts'

export const columns = (minutes: Overview['throughput']): uPlot.AlignedData => [
  minutes.map((minute) => Date.parse(minute.at) / 1000),
  minutes.map((minute) => minute.received),
  minutes.map((minute) => minute.delivered),
  minutes.map((minute) => minute.failed),
]

/** @param place whose width it takes and whose colours it reads */
export function chartOptions(
  place: HTMLElement,
  language: string,
  onHover: (index: number | null) => void,
): uPlot.Options {
  const css = getComputedStyle(place)
  const colour = (name: string) => css.getPropertyValue(name).trim()
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
  const bars = uPlot.paths.bars?.({ size: [0.62, 14], radius: 0.25 })
  const spline = uPlot.paths.spline?.()
  const axis = { stroke: colour('--faint'), font: `11px 'Inter Variable', system-ui`, ticks: { show: false } }
  return {
    width: place.clientWidth,
    height: 210,
    padding: [12, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(4, high * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        values: (_chart, ticks) => ticks.map((tick) => clock.format(tick * 1000)),
      },
      {
        ...axis,
        size: 38,
        space: 48,
        grid: { stroke: colour('--line'), width: 1 },
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
      },
    ],
    series: [
      {},
      {
        stroke: colour('--faint'),
        width: 1.5,
        dash: [3, 4],
        points: { show: false },
        ...(spline ? { paths: spline } : {}),
      },
      {
        fill: colour('--accent'),
        stroke: 'transparent',
        width: 0,
        points: { show: false },
        ...(bars ? { paths: bars } : {}),
      },
      {
        fill: colour('--bad'),
        stroke: 'transparent',
        width: 0,
        points: { show: false },
        ...(bars ? { paths: bars } : {}),
      },
    ],
    hooks: { setCursor: [(chart) => onHover(chart.cursor.idx ?? null)] },
  }
}
