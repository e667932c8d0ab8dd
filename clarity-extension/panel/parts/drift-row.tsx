import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { queryClient } from '../queries.ts'
import { Button } from './button.tsx'
import styles from './drift-row.module.css'
import { May } from './may.tsx'
import { Time } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Drift = Schemas['Drift']

/** One fact on which the sides differ: both values, where it came from, and how it can be mended. */
export function DriftRow({ drift }: { drift: Drift }) {
  const { t } = useWords()
  const kind = t(`reconciliation.kind.${drift.kind}`)
  return (
    <li className={styles.row}>
      <div>
        <strong className={styles.subject}>{drift.subject}</strong>
        <span className={`muted ${styles.kind}`}>{kind}</span>
      </div>
      <dl className={styles.values}>
        <div>
          <dt>{t('side.clarity')}</dt>
          <dd className="number">{drift.clarity ?? t('reconciliation.nothing')}</dd>
        </div>
        <div>
          <dt>{t('side.odoo')}</dt>
          <dd className="number">{drift.odoo ?? t('reconciliation.nothing')}</dd>
        </div>
      </dl>
      <div className={styles.when}>
        <span className="muted">
          {t('reconciliation.since')} <Time at={drift.firstSeenAt} />
        </span>
        {drift.eventId && (
          <Link className="link" data-row to="/activity/$id" params={{ id: drift.eventId }}>
            {t('reconciliation.cause')}
          </Link>
        )}
      </div>
      <div className={styles.actions}>
        {drift.state === 'repairing' ? (
          <span className="muted">{t('reconciliation.repairing')}</span>
        ) : (
          drift.ways.map((way) => <Repair key={way} drift={drift} way={way} label={`${drift.subject}, ${kind}`} />)
        )}
        {drift.ways.length === 0 && <span className="muted">{t('reconciliation.byHand')}</span>}
      </div>
    </li>
  )
}

function Repair({ drift, way, label }: { drift: Drift; way: Drift['ways'][number]; label: string }) {
  const { t } = useWords()
  const repair = useMutation({
    mutationFn: () =>
      take(api.POST('/drifts/{id}/repair', { params: { path: { id: drift.id }, header: csrf }, body: { way } })),
    onSuccess: () => toast(t('reconciliation.began')),
    onError: complain,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['drifts'] }),
  })
  const word = t(`reconciliation.repair.${way}`)
  return (
    <May do="post /drifts/{id}/repair">
      <Button
        variant="default"
        size="xs"
        loading={repair.isPending}
        aria-label={`${word}: ${label}`}
        onClick={() => repair.mutate()}
      >
        {word}
      </Button>
    </May>
  )
}
