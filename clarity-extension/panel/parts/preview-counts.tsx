import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import styles from './preview-counts.module.css'

/** How many events other rules would have written differently, let through, stopped, or could not try. */
export function PreviewCounts({ changed, released, broken, untried }: Schemas['MappingPreview']) {
  const { t } = useWords()
  return (
    <dl className={styles.counts}>
      {Object.entries({ changed, released, broken, untried }).map(([key, count]) => (
        <div key={key} data-kind={key} data-none={count === 0}>
          <dt>{t(`mappings.verdict.${key}`)}</dt>
          <dd className="number">{count}</dd>
        </div>
      ))}
    </dl>
  )
}
