import { type ReactNode, useState } from 'react'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import { Icon, type IconName } from './icon.tsx'
import { Payload } from './payload.tsx'
import { Steps } from './steps.tsx'
import { Time } from './time.tsx'
import styles from './timeline.module.css'

type Trace = Schemas['EventTrace']
type Attempt = Schemas['Attempt']

/** From the webhook over every attempt to the records on both sides. */
export function Timeline({ trace }: { trace: Trace }) {
  const { t } = useWords()
  const { event, attempts, links } = trace
  const [all, setAll] = useState(false)
  const hidden = all || attempts.length <= 3 ? 0 : attempts.length - 2
  return (
    <ol className={styles.timeline}>
      <Entry
        icon="inbox"
        title={t(`event.receivedFrom.${event.source}`)}
        note={t('event.accepted')}
        at={event.receivedAt}
      >
        <Payload trace={trace} />
      </Entry>
      {hidden > 0 && (
        <li className={styles.more}>
          <button type="button" className="link" onClick={() => setAll(true)}>
            {t('event.earlier', { count: hidden })}
          </button>
        </li>
      )}
      {attempts.slice(hidden).map((attempt) => (
        <AttemptEntry
          key={attempt.number}
          attempt={attempt}
          alone={attempts.length === 1}
          last={event.state === 'dead' && attempt === attempts.at(-1)}
        />
      ))}
      {attempts.length === 0 && <Entry icon="clock" title={t('event.noAttempt')} note={t('event.noAttemptText')} />}
      {links.map((link) => (
        <LinkEntry key={`${link.odooModel} ${link.odooId}`} link={link} />
      ))}
    </ol>
  )
}

/** @param last no further one follows by itself */
function AttemptEntry({ attempt, alone, last }: { attempt: Attempt; alone: boolean; last: boolean }) {
  const { t } = useWords()
  const told = useTold()
  const gaveUp = last && attempt.outcome === 'retry'
  const look = gaveUp ? looks.correct : (looks[attempt.outcome] ?? looks.thrown)
  const outcome = gaveUp ? t('event.gaveUp') : t(`event.outcome.${attempt.outcome}`, { defaultValue: attempt.outcome })
  const note =
    told(attempt.message ?? '') ||
    (attempt.cause ? t(`cause.${attempt.cause}`, { defaultValue: attempt.cause }) : undefined)
  return (
    <Entry
      {...look}
      title={alone ? outcome : `${t('event.attempt', { number: attempt.number })}: ${outcome}`}
      note={note}
      at={attempt.startedAt}
    >
      <Steps attempt={attempt} />
    </Entry>
  )
}

type Look = { icon: IconName; tone: string }
const looks: Record<string, Look> & { thrown: Look; correct: Look } = {
  done: { icon: 'check', tone: 'good' },
  skip: { icon: 'skip', tone: '' },
  retry: { icon: 'clock', tone: 'warn' },
  correct: { icon: 'cross', tone: 'bad' },
  review: { icon: 'pause', tone: 'warn' },
  refused: { icon: 'plug', tone: 'bad' },
  thrown: { icon: 'attention', tone: 'bad' },
  lease_lost: { icon: 'clock', tone: '' },
}

function LinkEntry({ link }: { link: Schemas['Link'] }) {
  const { t } = useWords()
  return (
    <Entry
      icon="external"
      tone="accent"
      title={`${t('event.inOdoo')}: ${link.odooName ?? link.odooId}`}
      note={`${link.odooModel} ${link.odooId} · ${t('event.inStorefront')}: ${link.kind} ${link.clarityId}`}
    >
      <p className={styles.links}>
        {link.odooUrl && (
          <a className="link" href={link.odooUrl} target="_blank" rel="noreferrer">
            {t('event.openOdoo')}
          </a>
        )}
        {link.clarityUrl && (
          <a className="link" href={link.clarityUrl} target="_blank" rel="noreferrer">
            {t('event.openStorefront')}
          </a>
        )}
      </p>
    </Entry>
  )
}

function Entry(props: {
  icon: IconName
  tone?: string
  title: string
  note?: string | undefined
  at?: string
  children?: ReactNode
}) {
  return (
    <li className={styles.entry}>
      <span className={styles.mark} data-tone={props.tone}>
        <Icon name={props.icon} size={15} />
      </span>
      <div className={styles.body}>
        <div className={styles.line}>
          <h3>{props.title}</h3>
          {props.at && (
            <span className={styles.when}>
              <Time at={props.at} />
            </span>
          )}
        </div>
        {props.note && <p className={styles.note}>{props.note}</p>}
        {props.children}
      </div>
    </li>
  )
}
