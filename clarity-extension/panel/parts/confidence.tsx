import { useWords } from '../i18n.ts'
import styles from './confidence.module.css'

/** How sure a suggestion is. @param confidence from 0 to 1 */
export function Confidence({ certain, confidence }: { certain: boolean; confidence: number }) {
  const { t } = useWords()
  return (
    <span className={styles.confidence} data-certain={certain}>
      {t(certain ? 'suggestions.certain' : 'suggestions.likely', { percent: Math.round(confidence * 100) })}
    </span>
  )
}
