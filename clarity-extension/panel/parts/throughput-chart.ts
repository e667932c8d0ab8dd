import uPlot from 'uplot'
import type { Overview } from '../api.ts'
import { localeOf } from '../format.ts'

/** Failed stands at the foot of each bar, delivered on it; received is the pale bar behind. */
export const columns = (minutes: Overview['throughput']): uPlot.AlignedData => [
  minutes.map((minute) => Date.parse(minute.at) / 1000),
  minutes.map((minute) => minute.received),
  minutes.map((minute) => minute.delivered + minute.failed),
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
  const clock = new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit' })
  const bars = (width: number, most: number) => {
    const paths = uPlot.paths.bars?.({ size: [width, most], radius: 0.2 })
    return { stroke: 'transparent', width: 0, points: { show: false }, ...(paths ? { paths } : {}) }
  }
  const axis = { stroke: colour('--faint'), font: `11px 'Inter Variable', system-ui`, ticks: { show: false } }
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
      {
        ...axis,
        grid: { show: false },
        size: 26,
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
      { ...bars(0.9, 20), fill: colour('--pale') },
      { ...bars(0.6, 13), fill: colour('--accent') },
      { ...bars(0.6, 13), fill: colour('--bad') },
    ],
    hooks: { setCursor: [(chart) => onHover(chart.cursor.idx ?? null)] },
  }
}
