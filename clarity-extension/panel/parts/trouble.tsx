import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import { Comparison } from './comparison.tsx'
import styles from './trouble.module.css'

type Trace = Schemas['EventTrace']

/** What is wrong, field by field, and what to do. Nothing when the event needs nobody. */
export function Trouble({ trace }: { trace: Trace }) {
  const { t } = useWords()
  const told = useTold()
  const { event, problems, facts } = trace
  if (event.state !== 'dead' && event.state !== 'held') return null
  const remedy = t(`remedy.${event.cause}`, { defaultValue: problems[0]?.remedy ?? trace.remedy ?? '' })
  return (
    <section className={styles.trouble} data-state={event.state} aria-label={t('event.problems')}>
      <h2>{t(`cause.${event.cause}`, { defaultValue: told(event.message ?? event.cause ?? '') })}</h2>
      {problems.length > 0 ? (
        <ul className={styles.problems}>
          {distinct(problems).map((problem) => (
            <li key={keyOf(problem)}>
              <p>{told(problem.message)}</p>
              {(problem.field || problem.value) && (
                <p className={styles.field}>
                  {problem.field && <code>{problem.field}</code>}
                  {problem.value && (
                    <>
                      {' = '}
                      <code>{problem.value}</code>
                    </>
                  )}
                </p>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p>{told(event.message ?? '')}</p>
      )}
      {facts && <Comparison facts={facts} />}
      <p className={styles.remedy}>
        <strong>{t('common.whatToDo')}</strong> {remedy}
      </p>
    </section>
  )
}

/** One missing record can stand in the way of several fields; a person mends it once. */
const distinct = (problems: Trace['problems']) => [...new Map(problems.map((one) => [keyOf(one), one])).values()]
const keyOf = ({ field, message }: Trace['problems'][number]) => `${field} ${message}`
