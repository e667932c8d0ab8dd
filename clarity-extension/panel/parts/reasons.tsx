import { useTranslation } from 'react-i18next'
import type { Schemas } from '../api.ts'
import styles from './reasons.module.css'

/** Why, in this language; the server's own sentence where this language has none. */
export function Reasons({ reasons }: { reasons: Schemas['Reason'][] }) {
  const { t } = useTranslation()
  return (
    <ul className={styles.reasons}>
      {reasons.map(({ code, args, text }) => (
        <li key={text}>{t(`reason.${code}`, { ...args, defaultValue: text })}</li>
      ))}
    </ul>
  )
}
