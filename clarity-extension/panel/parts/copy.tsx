import { ActionIcon } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useWords } from '../i18n.ts'
import styles from './copy.module.css'
import { Icon } from './icon.tsx'

/** A value that people paste elsewhere, with its copy button. */
export function Copy({ value, what, shown }: { value: string; what: string; shown?: string }) {
  const { t } = useWords()
  const [copied, setCopied] = useState(false)
  const text = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <span className={styles.copy}>
      <span className={`mono ${styles.value}`} title={value} ref={text}>
        {shown ?? value}
      </span>
      <ActionIcon
        size="sm"
        variant="subtle"
        color="gray"
        aria-label={copied ? t('common.copied') : t('common.copy', { what })}
        onClick={() => {
          // In a frame whose page does not allow it, and where there is no TLS: it is marked, for the keys that copy.
          const copying = navigator.clipboard?.writeText(value) ?? Promise.reject()
          void copying.then(
            () => setCopied(true),
            () => text.current && getSelection()?.selectAllChildren(text.current),
          )
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </ActionIcon>
    </span>
  )
}
