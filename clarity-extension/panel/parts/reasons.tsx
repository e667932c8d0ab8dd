import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import styles from './reasons.module.css'

/** Why, in this language; the server's own sentence where this language has none. */
export function Reasons({ reasons }: { reasons: Schemas['Reason'][] }) {
  const { t } = useWords()
  return (
    <ul className={styles.reasons}>
      {reasons.map(({ code, args, text }) => (
        <li key={text}>{t(`reason.${code}`, { ...args, defaultValue: text })}</li>
      ))}
    </ul>
  )
}
