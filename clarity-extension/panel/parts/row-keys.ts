import { type RefObject, useEffect } from 'react'
import { isElsewhere } from './keys.tsx'

/** j and k walk over the links marked `data-row`; Enter opens the focused one, as links do by themselves. */
export function useRowKeys(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (isElsewhere(event.target)) return
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0
      if (step === 0) return
      const rows = [...(place.current?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])]
      const focused = document.activeElement
      const at = focused instanceof HTMLElement ? rows.indexOf(focused) : -1
      const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]
      next?.focus()
      next?.scrollIntoView({ block: 'nearest' })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [place])
}
