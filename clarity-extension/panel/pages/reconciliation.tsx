import { NativeSelect } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { useAddress } from '../address.ts'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { DriftRow } from '../parts/drift-row.tsx'
import { May } from '../parts/may.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Takings } from '../parts/takings.tsx'
import { Time } from '../parts/time.tsx'
import { complain, toast } from '../parts/toast.tsx'
import { driftsQuery, queryClient, sweepsQuery } from '../queries.ts'
import styles from './reconciliation.module.css'

type Kind = Schemas['DriftKind']
const KINDS = [
  'stock',
  'order_missing',
  'order_total',
  'order_tax',
  'order_status',
  'shipment',
  'payment',
  'invoice',
  'refund',
  'return',
  'credit_note',
] as const satisfies readonly Kind[]

/** On what both sides differ, and the takings of a period against Odoo's journals. */
export function ReconciliationPage() {
  const { t } = useWords()
  return (
    <>
      <title>{`${t('reconciliation.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <div>
          <h1>{t('reconciliation.title')}</h1>
          <p className="muted">{t('reconciliation.lead')}</p>
        </div>
        <Compare />
      </header>
      <Drifts />
      <Takings />
    </>
  )
}

/** When both sides were last compared, and comparing them now. */
function Compare() {
  const { t } = useWords()
  const { data } = useQuery(sweepsQuery)
  const sweep = data?.items.find(({ name }) => name === 'reconciliation')
  const run = useMutation({
    mutationFn: () =>
      take(api.POST('/sweeps/{sweep}/run', { params: { path: { sweep: 'reconciliation' }, header: csrf } })),
    onSuccess: ({ began }) => toast(t(began ? 'sweeps.began' : 'sweeps.already')),
    onError: complain,
    onSettled: () => {
      void queryClient.invalidateQueries(sweepsQuery)
      void queryClient.invalidateQueries({ queryKey: ['drifts'] })
    },
  })
  return (
    <div className={styles.compare}>
      {sweep?.startedAt && (
        <span className="muted">
          {t('reconciliation.last')} <Time at={sweep.startedAt} />
        </span>
      )}
      <May do="post /sweeps/{sweep}/run">
        <Button variant="default" size="xs" loading={run.isPending} onClick={() => run.mutate()}>
          {t('reconciliation.compare')}
        </Button>
      </May>
    </div>
  )
}

function Drifts() {
  const { t } = useWords()
  const [given, change] = useAddress()
  const kind = KINDS.find((one) => one === given.get('kind'))
  const drifts = useInfiniteQuery(driftsQuery(kind))
  const items = drifts.data?.pages.flatMap((page) => page.items) ?? []
  const counts = new Map(drifts.data?.pages[0]?.counts.map((row) => [row.kind, row.count]) ?? [])
  return (
    <section aria-label={t('reconciliation.differences')} className={styles.section}>
      <div className={styles.bar}>
        <NativeSelect
          size="xs"
          aria-label={t('reconciliation.kindFilter')}
          value={kind ?? ''}
          onChange={(event) => change({ kind: event.currentTarget.value })}
          data={[
            { value: '', label: t('reconciliation.anyKind') },
            ...KINDS.map((value) => ({
              value,
              label: `${t(`reconciliation.kind.${value}`)} (${counts.get(value) ?? 0})`,
            })),
          ]}
        />
        <a className="link" href="/api/drifts.csv" download>
          {t('reconciliation.csv')}
        </a>
      </div>
      {drifts.isPending && (
        <div role="status" aria-label={t('common.loading')}>
          <Skeleton height={140} />
        </div>
      )}
      {drifts.isError && items.length === 0 && <Failure error={drifts.error} retry={() => void drifts.refetch()} />}
      {drifts.isSuccess && items.length === 0 && (
        <Empty icon="check" title={t('reconciliation.empty')} text={t('reconciliation.emptyText')} />
      )}
      {items.length > 0 && (
        <ul className={`card ${styles.list}`}>
          {items.map((drift) => (
            <DriftRow key={drift.id} drift={drift} />
          ))}
        </ul>
      )}
      {drifts.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          className="more"
          loading={drifts.isFetchingNextPage}
          onClick={() => void drifts.fetchNextPage()}
        >
          {t('activity.more')}
        </Button>
      )}
    </section>
  )
}
