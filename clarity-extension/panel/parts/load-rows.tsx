import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { type LoadFilter, loadRowsQuery, refreshLoads } from '../queries.ts'
import { useTold } from '../told.ts'
import { Button } from './button.tsx'
import styles from './load-rows.module.css'
import { useWhy } from './load-why.ts'
import { May } from './may.tsx'
import { Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import { complain } from './toast.tsx'

type Load = Schemas['Load']
type Row = Schemas['LoadRow']

/** Which records are looked at. */
export type Shown = LoadFilter

/** The records of a load, page by page, with what can be decided of each. */
export function LoadRows({ load, shown, close }: { load: Load; shown: Shown; close: () => void }) {
  const { t } = useWords()
  const why = useWhy()
  const rows = useInfiniteQuery(loadRowsQuery(load.id, shown))
  const items = rows.data?.pages.flatMap((page) => page.items) ?? []
  const title =
    'verdict' in shown
      ? t(`load.verdict.${shown.verdict}`)
      : 'state' in shown
        ? t(`load.rowState.${shown.state}`)
        : why(shown.why)
  return (
    <section aria-label={title} className={styles.section}>
      <div className={styles.bar}>
        <h3>{title}</h3>
        <Button variant="subtle" size="xs" onClick={close}>
          {t('load.close')}
        </Button>
      </div>
      {rows.isPending && (
        <div role="status" aria-label={t('common.loading')}>
          <Skeleton height={120} />
        </div>
      )}
      {rows.isError && items.length === 0 && <Failure error={rows.error} retry={() => void rows.refetch()} />}
      {rows.isSuccess && items.length === 0 && <p className="muted">{t('load.noRows')}</p>}
      {items.length > 0 && (
        <ul className={styles.list}>
          {items.map((row) => (
            <RowItem key={row.id} load={load} row={row} />
          ))}
        </ul>
      )}
      {rows.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          className="more"
          loading={rows.isFetchingNextPage}
          onClick={() => void rows.fetchNextPage()}
        >
          {t('activity.more')}
        </Button>
      )}
    </section>
  )
}

function RowItem({ load, row }: { load: Load; row: Row }) {
  const { t } = useWords()
  const told = useTold()
  const why = useWhy()
  const decide = useMutation({
    mutationFn: (body: { decision: Schemas['LoadDecision']; target?: string }) =>
      take(
        api.POST('/loads/{id}/decisions', {
          params: { path: { id: load.id }, header: csrf },
          body: { row: row.id, ...body },
        }),
      ),
    onError: complain,
    onSettled: refreshLoads,
  })
  const name = row.source?.label ?? ''
  const open = row.choices.length > 0 && row.state !== 'done' && row.state !== 'left'
  return (
    <li className={styles.row}>
      <div>{row.source ? <Record record={row.source} /> : <span className="muted">{t('load.nothing')}</span>}</div>
      <div className={styles.others}>
        {row.candidates.map((candidate) => (
          <div key={candidate.id} className={styles.candidate}>
            <Record record={candidate} chosen={row.decision === 'link' && row.target === candidate.id} />
            {open && row.choices.includes('link') && row.source && (
              <May do="post /loads/{id}/decisions">
                <Button
                  variant="default"
                  size="xs"
                  disabled={decide.isPending}
                  aria-label={`${t('load.choose.link')}: ${name}, ${candidate.label}`}
                  onClick={() => decide.mutate({ decision: 'link', target: candidate.id })}
                >
                  {t('load.choose.link')}
                </Button>
              </May>
            )}
          </div>
        ))}
        {row.verdict !== 'new' && row.verdict !== 'linked' && (
          <span className={`muted ${styles.why}`}>{why(row.why)}</span>
        )}
        {row.decision && (
          <span className={styles.why}>{t(`load.chosen.${row.decision}`, { who: row.decidedBy ?? '' })}</span>
        )}
        {row.message && (
          <span className={row.state === 'failed' ? styles.bad : `muted ${styles.why}`}>{told(row.message)}</span>
        )}
        {row.problems.map((problem) => (
          <span key={`${problem.field} ${problem.message}`} className={`muted ${styles.why}`}>
            {problem.field && <code>{problem.field}</code>}{' '}
            {t(`remedy.${problem.code}`, { defaultValue: told(problem.remedy) })}
          </span>
        ))}
      </div>
      {open && (
        <May do="post /loads/{id}/decisions">
          <div className={styles.choices}>
            {row.choices
              .filter((choice) => choice !== 'link')
              .map((choice) => (
                <Button
                  key={choice}
                  variant="default"
                  size="xs"
                  disabled={decide.isPending || row.decision === choice}
                  aria-label={`${t(`load.choose.${choice}`)}: ${name}`}
                  onClick={() => decide.mutate({ decision: choice })}
                >
                  {t(`load.choose.${choice}`)}
                </Button>
              ))}
          </div>
        </May>
      )}
    </li>
  )
}

function Record({ record, chosen = false }: { record: Schemas['LoadRecord']; chosen?: boolean }) {
  const { t } = useWords()
  const keys = Object.entries(record.keys).filter(([key]) => key !== 'name')
  return (
    <span className={styles.record} data-chosen={chosen || undefined}>
      <strong className={styles.label}>{record.label}</strong>
      {keys.map(([key, value]) => (
        <span key={key} className={`muted ${styles.key}`}>
          {t(`load.key.${key}`, { defaultValue: key })} <span className="mono">{value}</span>
        </span>
      ))}
    </span>
  )
}
