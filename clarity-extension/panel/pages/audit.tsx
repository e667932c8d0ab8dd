import { NativeSelect, TextInput } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useAddress, useAddressText } from '../address.ts'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { Fold } from '../parts/fold.tsx'
import { Json } from '../parts/json.tsx'
import { May } from '../parts/may.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { complain, toast } from '../parts/toast.tsx'
import { type AuditFilter, auditQuery } from '../queries.ts'
import styles from './audit.module.css'

type Entry = Schemas['AuditEntry']
const FILTERS = ['who', 'action', 'entity', 'from', 'to'] as const

export function AuditPage() {
  const { t } = useWords()
  const [given, change] = useAddress()
  const filter: AuditFilter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = given.get(name)
      return value ? [[name, value]] : []
    }),
  )
  const audit = useInfiniteQuery(auditQuery(filter))
  const items = audit.data?.pages.flatMap((page) => page.items) ?? []
  const [first] = audit.data?.pages ?? []
  return (
    <>
      <title>{`${t('audit.title')} · ${t('product')}`}</title>
      <header className={styles.head}>
        <p className="lead muted">{t('audit.lead')}</p>
        <Verify />
      </header>
      <Filter filter={filter} onChange={change} actions={first?.actions ?? []} people={first?.people ?? []} />
      {audit.isPending && (
        <div className={styles.bones} role="status" aria-label={t('common.loading')}>
          <Skeleton height={52} />
          <Skeleton height={52} />
          <Skeleton height={52} />
        </div>
      )}
      {audit.isError && items.length === 0 && <Failure error={audit.error} retry={() => void audit.refetch()} />}
      {audit.isSuccess && items.length === 0 && (
        <Empty
          icon={Object.keys(filter).length > 0 ? 'search' : 'inbox'}
          title={t(Object.keys(filter).length > 0 ? 'audit.noMatch' : 'audit.empty')}
          text={t(Object.keys(filter).length > 0 ? 'audit.noMatchText' : 'audit.emptyText')}
        />
      )}
      {items.length > 0 && (
        <ul className={`card ${styles.list}`} aria-busy={audit.isPlaceholderData}>
          {items.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      {audit.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          className="more"
          loading={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
        >
          {t('audit.more')}
        </Button>
      )}
    </>
  )
}

function Verify() {
  const { t } = useWords()
  const verify = useMutation({
    mutationFn: () => take(api.POST('/audit/verify', { params: { header: csrf } })),
    onSuccess: ({ ok, rows, brokenAt, reason }) =>
      ok ? toast(t('audit.whole', { count: rows })) : toast(t('audit.broken', { row: brokenAt, reason }), 'bad'),
    onError: complain,
  })
  return (
    <May do="post /audit/verify">
      <Button variant="default" size="xs" loading={verify.isPending} onClick={() => verify.mutate()}>
        {t('audit.verify')}
      </Button>
    </May>
  )
}

function Filter(props: {
  filter: AuditFilter
  onChange: (part: Record<string, string>) => void
  actions: string[]
  people: string[]
}) {
  const { t } = useWords()
  const { filter, onChange: change } = props
  const [entity, , typeEntity] = useAddressText('entity')
  const instant = (day: string) => (day ? new Date(`${day}T00:00`).toISOString() : '')
  return (
    <div className={styles.filter}>
      <NativeSelect
        aria-label={t('audit.actionFilter')}
        value={filter.action ?? ''}
        onChange={(event) => change({ action: event.currentTarget.value })}
        data={[
          { value: '', label: t('audit.anyAction') },
          ...props.actions.map((action) => ({
            value: action,
            label: t(`audit.action.${action}`, { defaultValue: action }),
          })),
        ]}
      />
      <NativeSelect
        aria-label={t('audit.whoFilter')}
        value={filter.who ?? ''}
        onChange={(event) => change({ who: event.currentTarget.value })}
        data={[{ value: '', label: t('audit.anyone') }, ...props.people.map((who) => ({ value: who, label: who }))]}
      />
      <TextInput
        aria-label={t('audit.entityFilter')}
        placeholder={t('audit.entityFilter')}
        value={entity}
        onChange={(event) => typeEntity(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        aria-label={t('audit.since')}
        leftSection={<span className={styles.edge}>{t('audit.since')}</span>}
        leftSectionWidth={56}
        value={dayOf(filter.from)}
        onChange={(event) => change({ from: instant(event.currentTarget.value) })}
      />
      <TextInput
        type="date"
        aria-label={t('audit.until')}
        leftSection={<span className={styles.edge}>{t('audit.until')}</span>}
        leftSectionWidth={56}
        value={dayOf(filter.to)}
        onChange={(event) => change({ to: instant(event.currentTarget.value) })}
      />
    </div>
  )
}

/** An instant's day in the viewer's zone, as a date field has it. */
function dayOf(instant: string | undefined): string {
  if (!instant || Number.isNaN(Date.parse(instant))) return ''
  const at = new Date(instant)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
}

function Row({ entry }: { entry: Entry }) {
  const { t } = useWords()
  const line = (
    <>
      <strong>{t(`audit.action.${entry.action}`, { defaultValue: entry.action })}</strong>
      <Entity entity={entry.entity} />
      <span className={styles.who}>{entry.who === 'bridge' ? t('audit.bridge') : entry.who}</span>
      <span className={styles.when}>
        <Time at={entry.at} />
      </span>
    </>
  )
  if (entry.before === null && entry.after === null) return <li className={styles.line}>{line}</li>
  return (
    <li>
      <div className={styles.line}>{line}</div>
      <Fold line={t('audit.details')}>
        <div className={styles.sides}>
          <Side label={t('audit.before')} value={entry.before} />
          <Side label={t('audit.after')} value={entry.after} />
        </div>
      </Fold>
    </li>
  )
}

function Side({ label, value }: { label: string; value: unknown }): ReactNode {
  if (value === null || value === undefined) return null
  return (
    <div>
      <h2>{label}</h2>
      <Json value={value} label={label} />
    </div>
  )
}

/** An event can be opened. */
function Entity({ entity }: { entity: string }) {
  const id = /^event:(\d+)$/.exec(entity)?.[1]
  if (id === undefined) return <span className={styles.entity}>{entity}</span>
  return (
    <Link to="/activity/$id" params={{ id }} className={`link ${styles.entity}`} data-row>
      {entity}
    </Link>
  )
}
