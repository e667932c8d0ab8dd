import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useWords } from '../i18n.ts'
import { lookupHistoryQuery } from '../queries.ts'
import { Fold } from './fold.tsx'
import styles from './lookup-history.module.css'
import { useSaid } from './notice.tsx'
import { Time } from './time.tsx'

/** Who changed which entry, from what to what; the audit has all of it. */
export function LookupHistory({ table }: { table: string }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const { data, error } = useQuery({ ...lookupHistoryQuery(table), enabled: open })
  const said = useSaid(error)
  return (
    <Fold
      className={styles.history ?? ''}
      line={t('lookups.history')}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      {data && data.items.length === 0 && <p className="muted">{t('lookups.noHistory')}</p>}
      {error && (
        <p className="muted" role="alert">
          {said.title} {said.remedy}
        </p>
      )}
      {data && data.items.length > 0 && (
        <ul>
          {data.items.map(({ id, at, who, before, after }) => (
            <li key={id}>
              <Time at={at} /> · {who} · <strong>{read(after, 'value')}</strong>: {read(before, 'result') || '–'} →{' '}
              {read(after, 'result') || '–'}
            </li>
          ))}
        </ul>
      )}
    </Fold>
  )
}

/** A part of what the audit kept, as text. */
function read(value: unknown, part: 'value' | 'result'): string {
  if (typeof value !== 'object' || value === null) return ''
  const found: unknown = Object.entries(value).find(([name]) => name === part)?.[1]
  return found === undefined || found === null ? '' : typeof found === 'string' ? found : JSON.stringify(found)
}
