import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { correctionsQuery } from '../queries.ts'
import { Copy } from './copy.tsx'
import styles from './corrections.module.css'
import { Reasons } from './reasons.tsx'

/** What a dead letter probably meant. Where nothing is likely, nothing is said. */
export function Corrections({ eventId }: { eventId: string }) {
  const { t } = useTranslation()
  const { data } = useQuery(correctionsQuery(eventId))
  if (!data || data.items.length === 0) return null
  return (
    <section className={`card ${styles.box}`}>
      <h2>{t('corrections.title')}</h2>
      <ul>
        {data.items.map(({ value, replacement, confidence, reasons }) => (
          <li key={`${value} ${replacement}`} className={styles.item}>
            <p>
              {t('corrections.meant', { value })} <Copy value={replacement} what={replacement} />{' '}
              <span className="muted">{t('corrections.sure', { percent: Math.round(confidence * 100) })}</span>
            </p>
            <Reasons reasons={reasons} />
          </li>
        ))}
      </ul>
    </section>
  )
}
