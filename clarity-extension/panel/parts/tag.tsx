import type { ReactNode } from 'react'
import styles from './tag.module.css'

/** A word or two about what it stands beside: amber, or green where all is well. */
export function Tag({ good = false, children }: { good?: boolean; children: ReactNode }) {
  return (
    <span className={styles.tag} data-good={good}>
      {children}
    </span>
  )
}
