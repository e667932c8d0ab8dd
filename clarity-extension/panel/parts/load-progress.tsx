import type { Schemas } from '../api.ts'
import { duration, number, short } from '../format.ts'
import { useWords } from '../i18n.ts'
import styles from './load-progress.module.css'
import type { Shown } from './load-rows.tsx'

/** How far it is, how fast, and how long it will take. */
export function LoadProgress({ load, show }: { load: Schemas['Load']; show: (what: Shown) => void }) {
  const { t, language } = useWords()
  const { total, done, left, failed, perSecond, secondsLeft } = load.progress
  const settled = done + left + failed
  if (load.startedAt === null || total === 0) return null
  const figure = (value: number) => number(value, language)
  return (
    <div className={styles.progress}>
      <progress className={styles.bar} max={total} value={settled} aria-label={t('load.progress')} />
      <p className={`number ${styles.line}`}>
        <span>{t('load.of', { settled: figure(settled), total: figure(total) })}</span>
        {perSecond !== null && perSecond > 0 && (
          <span className="muted">{t('load.perSecond', { rate: short(perSecond, language) })}</span>
        )}
        {secondsLeft !== null && secondsLeft > 0 && (
          <span className="muted">{t('load.timeLeft', { time: duration(secondsLeft * 1000, language) })}</span>
        )}
        {left > 0 && (
          <button type="button" className={styles.link} onClick={() => show({ state: 'left' })}>
            {t('load.left', { count: left })}
          </button>
        )}
        {failed > 0 && (
          <button type="button" className={`${styles.link} ${styles.bad}`} onClick={() => show({ state: 'failed' })}>
            {t('load.failed', { count: failed })}
          </button>
        )}
      </p>
    </div>
  )
}
