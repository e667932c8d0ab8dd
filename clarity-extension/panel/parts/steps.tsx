import type { Schemas } from '../api.ts'
import { duration } from '../format.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import { Icon } from './icon.tsx'
import { Json } from './json.tsx'
import styles from './steps.module.css'

type Attempt = Schemas['Attempt']
type Step = Attempt['steps'][number]

/** What an attempt did and where its time went; the data of a step unfolds. */
export function Steps({ attempt }: { attempt: Attempt }) {
  if (attempt.steps.length === 0) return null
  return (
    <ul className={styles.steps}>
      {attempt.steps.map((step) => (
        <li key={`${step.step} ${step.atMs}`}>
          <StepLine step={step} total={attempt.durationMs} />
        </li>
      ))}
    </ul>
  )
}

function StepLine({ step, total }: { step: Step; total: number }) {
  const { t, language } = useWords()
  const told = useTold()
  const line = (
    <>
      <span className={styles.name}>{step.step}</span>
      <span className={styles.summary}>{told(step.summary)}</span>
      <svg className={styles.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles.track} width="100" height="4" rx="2" />
        <rect
          className={styles.span}
          x={share(step.atMs, total, 98)}
          width={Math.max(2, share(step.ms, total, 100))}
          height="4"
        />
      </svg>
      <span className={styles.ms}>{duration(step.ms, language)}</span>
    </>
  )
  if (step.data === undefined) return <div className={styles.line}>{line}</div>
  return (
    <details className={styles.details}>
      <summary className={styles.line}>
        <span className={styles.fold}>
          <Icon name="chevron" size={13} />
        </span>
        {line}
      </summary>
      <Json value={step.data} label={t('event.stepData', { step: step.step })} />
    </details>
  )
}

const share = (part: number, total: number, most: number): number =>
  total > 0 ? Math.min(most, (part / total) * 100) : 0
