import { Link } from '@tanstack/react-router'
import { api, csrf, type Schemas, take } from '../api.ts'
import { money } from '../format.ts'
import { useWords } from '../i18n.ts'
import { refreshLists } from '../queries.ts'
import { useTold } from '../told.ts'
import { Corrections } from './corrections.tsx'
import styles from './failure-group.module.css'
import { May } from './may.tsx'
import { useAge } from './time.tsx'
import { toast } from './toast.tsx'
import { WaysOut } from './ways-out.tsx'

/** One cause: how much it stopped, what to do, and the two ways out. */
export function FailureGroup({ group }: { group: Schemas['FailureGroup'] }) {
  const { t, language } = useWords()
  const told = useTold()
  const age = useAge()
  const { cause, count, state } = group
  return (
    <article className={`card ${styles.group}`} data-state={state}>
      <div className={styles.head}>
        <div>
          <h2>{t(`cause.${cause}`, { defaultValue: cause.replaceAll('_', ' ') })}</h2>
          <p className={styles.meta}>
            <span className={styles.count}>
              {t(`attention.${state}`)}: {t('attention.count', { count })}
            </span>
            {group.entities !== count && <span>{t('attention.entities', { count: group.entities })}</span>}
            {group.atStake.length > 0 && <span>{t('attention.atStake', { amounts: stakes(group, language) })}</span>}
            <span>{group.types.map((type) => t(`type.${type}`, { defaultValue: type })).join(', ')}</span>
            <span>{t('attention.range', { first: age(group.firstAt), last: age(group.lastAt) })}</span>
          </p>
        </div>
        <GroupActions group={group} />
      </div>
      {(group.field || group.value) && (
        <p className={styles.where}>
          {group.field && <code>{group.field}</code>}
          {group.value && (
            <>
              {' = '}
              <code>{group.value}</code>
            </>
          )}
        </p>
      )}
      <p className={styles.message}>{told(group.message)}</p>
      <p className={styles.remedy}>
        <strong>{t('common.whatToDo')}</strong> {t(`remedy.${cause}`, { defaultValue: group.remedy })}
      </p>
      {state === 'dead' && group.value !== '' && group.sample[0] && (
        <Corrections eventId={group.sample[0].id} count={count} />
      )}
      <ul className={styles.sample}>
        {group.sample.map((event) => (
          <li key={event.id}>
            <Link to="/activity/$id" params={{ id: event.id }} className={styles.chip ?? ''}>
              {event.subject}
            </Link>
          </li>
        ))}
        <li>
          <Link to="/activity" search={{ cause, show: state === 'held' ? 'held' : 'failed' }} className="link" data-row>
            {t('attention.viewAll', { count })}
          </Link>
        </li>
      </ul>
    </article>
  )
}

function GroupActions({ group }: { group: Schemas['FailureGroup'] }) {
  const { t } = useWords()
  const { cause, field, value, state, count } = group
  const which = { cause, field, value, state }
  const params = { params: { header: csrf } }
  return (
    <div className={styles.actions}>
      <May do="post /failures/replay">
        <WaysOut<Schemas['Moved']>
          words={{
            replay: t('attention.replayAll'),
            dismiss: t('attention.dismissAll'),
            title: t('attention.dismissTitle', { count }),
            text: t('attention.dismissText'),
          }}
          replay={() => take(api.POST('/failures/replay', { ...params, body: which }))}
          dismiss={(reason) => take(api.POST('/failures/dismiss', { ...params, body: { which, reason } }))}
          onDone={({ moved }, how) => {
            refreshLists()
            toast(t(`attention.${how}`, { count: moved }))
          }}
        />
      </May>
    </div>
  )
}

const stakes = ({ atStake }: Schemas['FailureGroup'], language: string): string =>
  atStake.map(({ amount, currency }) => money(amount, currency, language)).join(', ')
