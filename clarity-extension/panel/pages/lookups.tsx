import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { LookupFiles } from '../parts/lookup-files.tsx'
import { LookupTable } from '../parts/lookup-table.tsx'
import { May } from '../parts/may.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { complain, toast } from '../parts/toast.tsx'
import { lookupsQuery, refreshLookups } from '../queries.ts'
import styles from './lookups.module.css'

/** Value tables: which there are, and the one that is looked at. */
export function LookupsPage() {
  const { t } = useWords()
  const { table } = useParams({ strict: false })
  const { data, error, refetch } = useQuery(lookupsQuery)
  const shown = table ?? data?.items[0]?.name
  return (
    <>
      <title>{`${t('lookups.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <div>
          <h1>{t('lookups.title')}</h1>
          <p className="muted">{t('lookups.lead')}</p>
        </div>
        {data && (
          <div className={styles.actions}>
            <Discover />
            <LookupFiles />
          </div>
        )}
      </header>
      {!data && error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <div className={styles.bones} role="status" aria-label={t('common.loading')}>
          <Skeleton height={320} />
          <Skeleton height={320} />
        </div>
      )}
      {data && shown !== undefined && (
        <div className={styles.sides}>
          <Tables items={data.items} shown={shown} />
          {data.items.some(({ name }) => name === shown) ? (
            <LookupTable key={shown} name={shown} />
          ) : (
            <Empty icon="search" title={t('lookups.noTable')} text={t('lookups.noTableText')} />
          )}
        </div>
      )}
    </>
  )
}

function Tables({ items, shown }: { items: Schemas['Lookup'][]; shown: string }) {
  const { t } = useWords()
  return (
    <nav aria-label={t('lookups.tables')} className={styles.tables}>
      <ul>
        {items.map(({ name, title, waiting, open }) => (
          <li key={name}>
            <Link
              to="/lookups/$table"
              params={{ table: name }}
              className={styles.table ?? ''}
              data-row
              aria-current={name === shown ? 'page' : undefined}
            >
              <span>{t(`lookups.table.${name}`, { defaultValue: title })}</span>
              {waiting > 0 && (
                <span className={styles.waiting}>
                  {waiting > 999 ? '999+' : waiting}
                  <span className="hidden"> {t('lookups.waitingWord')}</span>
                </span>
              )}
              {waiting === 0 && open > 0 && (
                <span className={styles.open}>{t('lookups.openCount', { count: open })}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Discover() {
  const { t } = useWords()
  const discover = useMutation({
    mutationFn: () => take(api.POST('/lookups/discover', { params: { header: csrf } })),
    onSuccess: ({ values }) => {
      refreshLookups()
      toast(t('lookups.discovered', { count: values }))
    },
    onError: complain,
  })
  return (
    <May do="post /lookups/discover">
      <Button variant="default" size="xs" loading={discover.isPending} onClick={() => discover.mutate()}>
        {t('lookups.discover')}
      </Button>
    </May>
  )
}
