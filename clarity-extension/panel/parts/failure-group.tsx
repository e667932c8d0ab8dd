import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, csrf, type Schemas, take } from '../api.ts'
import { refreshLists } from '../queries.ts'
import { ConfirmButton } from './confirm.tsx'
import styles from './failure-group.module.css'
import { Icon } from './icon.tsx'
import { useAge } from './time.tsx'
import { toast } from './toast.tsx'

/** One cause: how much it stopped, what to do, and the two ways out. */
export function FailureGroup({ group }: { group: Schemas['FailureGroup'] }) {
  const { t } = useTranslation()
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
            <span>{group.types.map((type) => t(`type.${type}`, { defaultValue: type })).join(', ')}</span>
            <span>{t('attention.range', { first: age(group.firstAt), last: age(group.lastAt) })}</span>
          </p>
        </div>
        <GroupActions cause={cause} count={count} />
      </div>
      <p className={styles.message}>{group.message}</p>
      <p className={styles.remedy}>
        <strong>{t('common.whatToDo')}</strong> {t(`remedy.${cause}`, { defaultValue: group.remedy })}
      </p>
      <ul className={styles.sample}>
        {group.sample.map((event) => (
          <li key={event.id}>
            <Link to="/activity/$id" params={{ id: event.id }} className={styles.chip ?? ''}>
              {event.subject}
            </Link>
          </li>
        ))}
        <li>
          <Link to="/activity" search={{ cause, show: state === 'held' ? 'held' : 'failed' }} className="link">
            {t('attention.viewAll', { count })}
          </Link>
        </li>
      </ul>
    </article>
  )
}

function GroupActions({ cause, count }: { cause: string; count: number }) {
  const { t } = useTranslation()
  const params = { params: { path: { cause }, header: csrf } }
  const after = (words: string) => ({
    onSuccess: ({ moved }: Schemas['Moved']) => {
      refreshLists()
      toast(t(words, { count: moved }))
    },
    onError: (error: Error) => toast(error.message, 'bad'),
  })
  const replay = useMutation({
    mutationFn: () => take(api.POST('/failures/{cause}/replay', params)),
    ...after('attention.replayed'),
  })
  const dismiss = useMutation({
    mutationFn: () => take(api.POST('/failures/{cause}/dismiss', params)),
    ...after('attention.dismissed'),
  })
  return (
    <div className={styles.actions}>
      <ConfirmButton
        label={t('attention.dismissAll')}
        title={t('attention.dismissTitle', { count })}
        text={t('attention.dismissText')}
        busy={dismiss.isPending}
        onConfirm={() => dismiss.mutate()}
      />
      <Button
        size="xs"
        leftSection={<Icon name="replay" size={15} />}
        loading={replay.isPending}
        onClick={() => replay.mutate()}
      >
        {t('attention.replayAll')}
      </Button>
    </div>
  )
}
