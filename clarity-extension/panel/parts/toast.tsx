import { useEffect, useSyncExternalStore } from 'react'
import { spoken } from '../i18n.ts'
import { Icon } from './icon.tsx'
import { said } from './notice.tsx'
import styles from './toast.module.css'

type Toast = { text: string; tone: 'good' | 'bad' } | undefined
let shown: Toast
const listeners = new Set<() => void>()

/** One short sentence about what was just done. */
export function toast(text: string, tone: 'good' | 'bad' = 'good'): void {
  set({ text, tone })
}

/** Why it was not done, and what to do, in this language. */
export function complain(error: unknown): void {
  const { title, remedy } = said(error, spoken().t)
  set({ text: `${title} ${remedy}`, tone: 'bad' })
}

export function Toasts() {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
  )
  useEffect(() => {
    if (!current) return
    const timer = setTimeout(() => set(undefined), current.tone === 'bad' ? 12_000 : 5000)
    return () => clearTimeout(timer)
  }, [current])
  return (
    <div className={styles.place} role="status" aria-live="polite">
      {current && (
        <div className={`${styles.toast} ${styles[current.tone]}`}>
          <Icon name={current.tone === 'good' ? 'check' : 'attention'} size={16} />
          {current.text}
        </div>
      )}
    </div>
  )
}

function set(next: Toast) {
  shown = next
  for (const tell of listeners) tell()
}
