import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'

/**
 * A chart as wide as its place, drawn anew where the appearance changes.
 * @param options read from the place when it is drawn, its colours too; another function draws it anew
 */
export function Plot({ data, options }: { data: uPlot.AlignedData; options: (place: HTMLElement) => uPlot.Options }) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const newest = useRef(data)
  newest.current = data

  useEffect(() => {
    const element = place.current
    if (!element) return
    const draw = () => {
      chart.current?.destroy()
      chart.current = new uPlot(options(element), newest.current, element)
    }
    draw()
    const size = new ResizeObserver(() => {
      const drawn = chart.current
      drawn?.setSize({ width: element.clientWidth, height: drawn.height })
    })
    size.observe(element)
    const appearance = new MutationObserver(draw)
    appearance.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] })
    return () => {
      size.disconnect()
      appearance.disconnect()
      chart.current?.destroy()
      chart.current = null
    }
  }, [options])

  useEffect(() => {
    chart.current?.setData(data)
  }, [data])

  return <div ref={place} />
}

/** The axis at the foot: instants. */
export function timesOf(place: HTMLElement, format: Intl.DateTimeFormat): uPlot.Axis {
  const values: uPlot.Axis.Values = (_chart, ticks) => ticks.map((tick) => format.format(tick * 1000))
  return { ...axisOf(place), grid: { show: false }, size: 26, space: 70, values }
}

/** The axis at the side: figures. @param size room for the longest of them, in pixels */
export function figuresOf(place: HTMLElement, size: number): uPlot.Axis {
  return { ...axisOf(place), size, space: 48, grid: { stroke: colourOf(place, '--line'), width: 1 } }
}

function axisOf(place: HTMLElement): uPlot.Axis {
  return { stroke: colourOf(place, '--faint'), font: `11px 'Inter Variable', system-ui`, ticks: { show: false } }
}

/** @param name of a colour of the style sheet, such as `--accent` */
export const colourOf = (place: HTMLElement, name: string): string =>
  getComputedStyle(place).getPropertyValue(name).trim()
