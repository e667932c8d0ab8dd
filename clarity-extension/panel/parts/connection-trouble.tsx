import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import styles from './connection-card.module.css'
import { Time } from './time.tsx'

/** Why nothing is sent to a side, and what to do. */
export function ConnectionTrouble({ connection }: { connection: Schemas['Connection'] }) {
  const { t } = useWords()
  const told = useTold()
  const cause = connection.cause ?? ''
  return (
    <div className={styles.trouble}>
      <p>
        <strong>{t(`cause.${cause}`, { defaultValue: told(connection.message ?? cause) })}</strong>
        {connection.since && (
          <span className="muted">
            {' · '}
            <Time at={connection.since} />
          </span>
        )}
      </p>
      {connection.message && <p className={styles.message}>{told(connection.message)}</p>}
      <p>{t(`remedy.${cause}`, { defaultValue: connection.remedy ?? '' })}</p>
    </div>
  )
}
