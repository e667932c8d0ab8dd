import { Loader } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { codeQuery, pairingQuery, queryClient } from '../queries.ts'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'
import { Icon } from './icon.tsx'
import { May } from './may.tsx'
import { Failure } from './notice.tsx'
import styles from './pairing.module.css'
import { Skeleton } from './skeleton.tsx'
import { Time } from './time.tsx'
import { complain } from './toast.tsx'

type Pairing = Schemas['Pairing']

/** A code for Odoo's settings page, and what becomes of it: told by the event stream, no reload. */
export function Pairing() {
  const { t } = useWords()
  const { data, error, refetch } = useQuery(pairingQuery)
  if (data)
    return (
      <article className={`card ${styles.card}`} aria-label={t('pairing.title')}>
        {data.state === 'connected' ? <Connected pairing={data} /> : <Waiting pairing={data} />}
      </article>
    )
  if (error) return <Failure error={error} retry={() => void refetch()} />
  return (
    <div role="status" aria-label={t('common.loading')}>
      <Skeleton height={150} />
    </div>
  )
}

function Waiting({ pairing }: { pairing: Pairing }) {
  const { t } = useWords()
  const { data: code } = useQuery(codeQuery)
  const open = pairing.state === 'waiting' || pairing.state === 'claimed'
  return (
    <>
      <ol className={styles.how}>
        {(['install', 'copy', 'paste'] as const).map((step) => (
          <li key={step}>{t(`pairing.how.${step}`)}</li>
        ))}
      </ol>
      {open && code && <Code code={code} />}
      {open && !code && <p className="muted">{t('pairing.shownOnce')}</p>}
      {(pairing.state === 'expired' || pairing.state === 'void') && (
        <p className={styles.note}>{t(`pairing.${pairing.state}`)}</p>
      )}
      {pairing.failure && <Refused failure={pairing.failure} />}
      <div className={styles.foot}>
        <Make label={t(open ? 'pairing.makeAgain' : 'pairing.make')} first={!open} />
        {open && (
          <span className={styles.waiting} role="status">
            <Loader size={14} color="gray" />
            {t(`pairing.${pairing.state}`)}
            {pairing.expiresAt && (
              <span className="muted">
                {t('pairing.until')} <Time at={pairing.expiresAt} />
              </span>
            )}
          </span>
        )}
      </div>
    </>
  )
}

function Code({ code }: { code: string }) {
  const { t } = useWords()
  return (
    <div className={styles.code}>
      <Copy value={code} what={t('pairing.code')} />
    </div>
  )
}

function Make({ label, first }: { label: string; first: boolean }) {
  const make = useMutation({
    mutationFn: () => take(api.POST('/pairing', { params: { header: csrf } })),
    onSuccess: ({ code }) => {
      queryClient.setQueryData(codeQuery.queryKey, code)
      void queryClient.invalidateQueries(pairingQuery)
    },
    onError: complain,
  })
  return (
    <May do="post /pairing">
      <Button size="sm" variant={first ? 'filled' : 'default'} loading={make.isPending} onClick={() => make.mutate()}>
        {label}
      </Button>
    </May>
  )
}

/** What the bridge said to Odoo, in this language where there are words for it. */
function Refused({ failure }: { failure: NonNullable<Pairing['failure']> }) {
  const { t } = useWords()
  return (
    <div className={styles.refused} role="alert">
      <p>
        <strong>{t(`pairing.fault.${failure.code}`, { defaultValue: failure.detail })}</strong>{' '}
        <span className="muted">
          <Time at={failure.at} />
        </span>
      </p>
      <p>{failure.detail}</p>
      <p>{t(`pairing.remedy.${failure.code}`, { defaultValue: failure.remedy })}</p>
    </div>
  )
}

function Connected({ pairing: { odoo, connectedAt } }: { pairing: Pairing }) {
  const { t } = useWords()
  return (
    <>
      <p className={styles.good} role="status">
        <Icon name="check" size={18} />
        <strong>{t('pairing.connected')}</strong>
        {connectedAt && (
          <span className="muted">
            <Time at={connectedAt} />
          </span>
        )}
      </p>
      {odoo && (
        <dl className={styles.facts}>
          {(['url', 'database', 'login', 'odooVersion', 'moduleVersion'] as const).map((fact) => (
            <div key={fact}>
              <dt>{t(`pairing.fact.${fact}`)}</dt>
              <dd>{odoo[fact]}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className={styles.foot}>
        <Make label={t('pairing.another')} first={false} />
      </div>
    </>
  )
}
