import { useMutation } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { connectionQuery, queryClient } from '../queries.ts'
import { ConfirmButton } from './confirm.tsx'
import styles from './connection-keys.module.css'
import { May } from './may.tsx'
import { Refused } from './notice.tsx'
import { Time } from './time.tsx'
import { toast } from './toast.tsx'

type Detail = Schemas['ConnectionDetail']

/** The key that is called with and the secrets that webhooks are signed with: until when they hold, and a click for new ones. */
export function ConnectionKeys({ detail }: { detail: Detail }) {
  const { t } = useWords()
  const { name } = detail.connection
  const params = { params: { path: { name }, header: csrf } }
  const taken = (said: string) => (next: Detail) => {
    queryClient.setQueryData(connectionQuery(name).queryKey, next)
    toast(t(said))
  }
  const key = useMutation({
    mutationFn: () => take(api.POST('/connections/{name}/rotate-key', params)),
    onSuccess: taken('connections.keyReplaced'),
  })
  const secret = useMutation({
    mutationFn: () => take(api.POST('/connections/{name}/rotate-secret', params)),
    onSuccess: taken('connections.secretReplaced'),
  })
  const error = key.error ?? secret.error
  return (
    <article className={`card ${styles.keys}`}>
      <h3>{t('connections.keys')}</h3>
      <div className={styles.row}>
        <div>
          <strong>{t(`connections.key.${name}`)}</strong>
          <Ends detail={detail} />
        </div>
        {detail.key && (
          <May do="post /connections/{name}/rotate-key">
            <ConfirmButton
              label={t('connections.replace')}
              title={t('connections.replaceKeyTitle')}
              text={t('connections.replaceKeyText')}
              busy={key.isPending}
              onConfirm={() => key.mutate()}
            />
          </May>
        )}
      </div>
      <div className={styles.row}>
        <div>
          <strong>{t('connections.secret')}</strong>
          <p className="muted">
            {detail.secrets.overlapUntil ? (
              <>
                {t('connections.bothUntil')} <Time at={detail.secrets.overlapUntil} />
              </>
            ) : (
              t('connections.accepted', { count: detail.secrets.count })
            )}
          </p>
        </div>
        <May do="post /connections/{name}/rotate-secret">
          <ConfirmButton
            label={t('connections.replace')}
            title={t('connections.replaceSecretTitle')}
            text={t('connections.replaceSecretText')}
            busy={secret.isPending}
            onConfirm={() => secret.mutate()}
          />
        </May>
      </div>
      {error && <Refused error={error} />}
    </article>
  )
}

function Ends({ detail: { key } }: { detail: Detail }) {
  const { t } = useWords()
  if (!key) return <p className="muted">{t('connections.madeThere')}</p>
  return (
    <p className="muted">
      {key.endsAt ? (
        <>
          {t('connections.endsAt')} <Time at={key.endsAt} />
        </>
      ) : (
        t('connections.noEnd')
      )}
      {key.previousUntil && (
        <>
          {' '}
          {t('connections.previousUntil')} <Time at={key.previousUntil} />
        </>
      )}
    </p>
  )
}
