import { Link } from '@tanstack/react-router'
import type { Schemas } from '../api.ts'
import { shown } from '../format.ts'
import { useWords } from '../i18n.ts'
import { Icon } from './icon.tsx'
import { PreviewCounts } from './preview-counts.tsx'
import styles from './proposals.module.css'

type Trial = Schemas['SuggestionTrial']

/** What a suggested rule would have done to events that were, and what stays true. */
export function Proof({ trial }: { trial: Trial }) {
  const { t } = useWords()
  const { preview, invariants } = trial
  const waiting = preview.items.filter(({ verdict }) => verdict === 'released')
  const written = writtenBy(trial)
  return (
    <>
      <h3>{t('proposals.tried', { count: preview.tried })}</h3>
      <PreviewCounts {...preview} />
      {written.length > 0 && (
        <ul className={styles.written} aria-label={t('proposals.written')}>
          {written.map(({ eventId, subject, at, before, after }) => (
            <li key={`${eventId} ${at}`}>
              <Link to="/activity/$id" params={{ id: eventId }} className="link">
                {subject}
              </Link>{' '}
              <code>{at}</code> {before !== undefined && <del>{shown(before)}</del>} <ins>{shown(after)}</ins>
            </li>
          ))}
        </ul>
      )}
      {waiting.length > 0 && (
        <p className={styles.released}>
          {t('proposals.releases', {
            subjects: waiting
              .slice(0, 5)
              .map(({ subject }) => subject)
              .join(', '),
          })}
        </p>
      )}
      <ul className={styles.invariants} aria-label={t('proposals.invariants')}>
        {invariants.map(({ code, holds, seen }) => (
          <li key={code} data-holds={holds === null ? 'open' : holds}>
            <Icon name={holds === null ? 'dots' : holds ? 'check' : 'cross'} size={14} />
            <span>
              {t(`proposals.invariant.${code}`)}
              {holds === null && <em> {t('proposals.unproven')}</em>}
              {holds === false && <>: {seen.slice(0, 3).join('; ')}</>}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

const EXAMPLES = 3

/** A few records with the values that they would get. */
function writtenBy({ added, preview }: Trial) {
  const targets = new Set(added.map(({ to }) => to))
  return preview.items
    .flatMap(({ eventId, subject, verdict, changes }) =>
      verdict !== 'changed'
        ? []
        : changes.flatMap(({ at, before, after }) => {
            const field = at.split('/').at(-1) ?? ''
            return targets.has(field) ? [{ eventId, subject, at: field, before, after }] : []
          }),
    )
    .slice(0, EXAMPLES)
}
