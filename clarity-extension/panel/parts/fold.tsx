import type { ComponentProps, ReactNode } from 'react'
import styles from './fold.module.css'
import { Icon } from './icon.tsx'

/** What stands behind a line until somebody wants it. */
export function Fold({ line, children, className = '', ...rest }: ComponentProps<'details'> & { line: ReactNode }) {
  return (
    <details {...rest} className={`${styles.fold} ${className}`}>
      <summary>
        <Icon name="chevron" size={13} />
        {line}
      </summary>
      {children}
    </details>
  )
}
