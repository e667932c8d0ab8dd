import type { ReactNode } from 'react'
import type { Schemas } from '../api.ts'
import { duration, exact } from '../format.ts'
import { useWords } from '../i18n.ts'
import { Copy } from './copy.tsx'
import styles from './event-facts.module.css'

/** The ids that people quote and paste, and the times. */
export function EventFacts({ trace }: { trace: Schemas['EventTrace'] }) {
  const { t, language } = useWords()
  const { event, webhookId, settledBy } = trace
  const took = event.settledAt ? Date.parse(event.settledAt) - Date.parse(event.receivedAt) : undefined
  return (
    <aside className={`card ${styles.facts}`} aria-label={t('event.details')}>
      <dl>
        <Fact name={t('event.receivedAt')}>{exact(event.receivedAt, language)}</Fact>
        {event.settledAt && <Fact name={t('event.settledAt')}>{exact(event.settledAt, language)}</Fact>}
        {took !== undefined && <Fact name={t('event.took')}>{duration(took, language)}</Fact>}
        {settledBy && <Fact name={t('event.by')}>{settledBy}</Fact>}
        <Fact name={t('event.id')}>
          <Copy value={event.id} what={t('event.id')} />
        </Fact>
        <Fact name={t('event.lane')}>
          <Copy value={event.lane} what={t('event.lane')} />
        </Fact>
        <Fact name={t('event.webhookId')}>
          <Copy value={webhookId} what={t('event.webhookId')} />
        </Fact>
        <Fact name={t('event.traceId')}>
          <Copy value={event.traceId} what={t('event.traceId')} />
        </Fact>
      </dl>
    </aside>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
