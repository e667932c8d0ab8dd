import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import styles from './connection-card.module.css'
import { Icon } from './icon.tsx'

/** What was tried, and what came of it. */
export function ConnectionReport({ report }: { report: Schemas['ConnectionReport'] }) {
  const { t } = useWords()
  const told = useTold()
  return (
    <div className={styles.report} role="status">
      <p className={styles.reportTitle}>{t(report.ok ? 'connection.allPassed' : 'connection.notPassed')}</p>
      <ul>
        {report.checks.map((check) => (
          <li key={check.name} data-ok={check.ok}>
            <Icon name={check.ok ? 'check' : 'cross'} size={15} />
            <div>
              <span className="hidden">{t(check.ok ? 'connection.ok' : 'connection.notOk')}: </span>
              <strong>{told(check.name)}</strong> <span className="muted">{told(check.message)}</span>
              {check.remedy && <p>{told(check.remedy)}</p>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}
