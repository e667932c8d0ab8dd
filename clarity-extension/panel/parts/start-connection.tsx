import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { connectionQuery, connectionTestQuery, pairingQuery } from '../queries.ts'
import { Button } from './button.tsx'
import { ConnectionReport } from './connection-report.tsx'
import { ConnectionSettings } from './connection-settings.tsx'
import { Icon } from './icon.tsx'
import { Failure } from './notice.tsx'
import { Pairing } from './pairing.tsx'
import { Skeleton } from './skeleton.tsx'
import styles from './start-connection.module.css'

type Name = Schemas['ConnectionName']

/** One side: tried as soon as one looks. Odoo comes by a code; what is known already, or typed, does as well. */
export function StartConnection({ name, next }: { name: Name; next: (ready: boolean) => ReactNode }) {
  const test = useQuery(connectionTestQuery(name))
  const { data: pairing } = useQuery({ ...pairingQuery, enabled: name === 'odoo' })
  const paired = pairing?.state === 'connected'
  const works = test.data?.ok === true
  return (
    <>
      {name === 'odoo' && <Pairing />}
      {!(name === 'odoo' && paired) && <Now name={name} />}
      <ByHand name={name} open={name === 'clarity' && test.data?.ok === false} />
      {next(works || (name === 'odoo' && paired))}
    </>
  )
}

/** Where it is, and whether it answers. */
function Now({ name }: { name: Name }) {
  const { t } = useWords()
  const { data: detail } = useQuery(connectionQuery(name))
  const test = useQuery(connectionTestQuery(name))
  if (test.error) return <Failure error={test.error} retry={() => void test.refetch()} />
  if (!test.data)
    return (
      <div role="status" aria-label={t('start.trying')}>
        <Skeleton height={92} />
      </div>
    )
  return (
    <article className={`card ${styles.now}`} aria-label={t(`start.now.${name}`)}>
      <div className={styles.line}>
        <div className={styles.who}>
          <h3>{t(`start.now.${name}`)}</h3>
          <p className="mono">{detail?.connection.address}</p>
        </div>
        <Button variant="default" size="xs" loading={test.isFetching} onClick={() => void test.refetch()}>
          {t('common.retry')}
        </Button>
      </div>
      <ConnectionReport report={test.data} />
    </article>
  )
}

function ByHand({ name, open }: { name: Name; open: boolean }) {
  const { t } = useWords()
  const { data } = useQuery(connectionQuery(name))
  if (!data) return null
  return (
    <details className={styles.hand} open={open}>
      <summary>
        <Icon name="chevron" size={14} />
        {t(`start.byHand.${name}`)}
      </summary>
      <ConnectionSettings key={JSON.stringify(data.fields)} detail={data} />
    </details>
  )
}
