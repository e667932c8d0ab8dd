import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import type { Overview } from '../api.ts'
import { chartOptions, columns } from './throughput-chart.ts'

/** The bars themselves. */
export function ThroughputPlot(props: {
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
